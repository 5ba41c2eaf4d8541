import {ApiClient, ApiError, keyPath} from '../api-client.ts';
import {CommandFailure, defineCommand, printError, printLine} from '../command.ts';
import {CLIENT_FLAGS, PARTITION_FLAG} from '../http-flags.ts';

/** `consul join` (cli.md §3.9). */
export const joinCommand = defineCommand({
  usage: 'consul join [options] address ...\n\n  Makes the running agent join a cluster by the address of any of its members.',
  flags: {...CLIENT_FLAGS, ...PARTITION_FLAG, 'wan': {kind: 'bool', help: 'Join a server of another datacenter.'}},
  async run({flags, args, io, help}) {
    if (args.length === 0) throw new CommandFailure(`At least one address to join must be specified.\n\n${help().trimEnd()}`);
    const client = new ApiClient(flags, io);
    let joined = 0;
    for (const address of args) {
      try {
        await client.call('PUT', `/v1/agent/join/${keyPath(address)}`, flags.wan ? {query: {wan: '1'}} : {});
        joined++;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        printError(io, `Error joining address '${address}': ${error.message}`);
      }
    }
    if (joined === 0) throw new CommandFailure('Failed to join any nodes.');
    printLine(io, `Successfully joined cluster by contacting ${joined} nodes.`);
    return 0;
  },
});
