import {ApiClient, orFail} from '../api-client.ts';
import {defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

/** `consul reload` (cli.md §3.9). */
export const reloadCommand = defineCommand({
  usage: 'consul reload [options]\n\n  Makes the agent read its configuration files again. Not everything can change\n  while it runs.',
  flags: CLIENT_FLAGS,
  async run({flags, io}) {
    await orFail('Error reloading', new ApiClient(flags, io).call('PUT', '/v1/agent/reload'));
    printLine(io, 'Configuration reload triggered');
    return 0;
  },
});
