import {ApiClient, orFail} from '../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

/** `consul leave` (cli.md §3.9). */
export const leaveCommand = defineCommand({
  usage: 'consul leave [options]\n\n  Makes the agent leave the cluster and stop.',
  flags: CLIENT_FLAGS,
  async run({flags, args, io, help}) {
    if (args.length > 0) {
      io.stdout(help());
      throw new CommandFailure(`Error found unexpected args: [${args.join(' ')}]`);
    }
    await orFail('Error leaving', new ApiClient(flags, io).call('PUT', '/v1/agent/leave'));
    printLine(io, 'Graceful leave complete');
    return 0;
  },
});
