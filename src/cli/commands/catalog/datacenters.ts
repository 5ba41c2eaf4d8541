import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';

/** `consul catalog datacenters` (cli.md §3.2). */
export const catalogDatacentersCommand = defineCommand({
  usage: 'consul catalog datacenters [options]\n\n  Lists the known datacenters.',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS},
  async run({flags, args, io}) {
    if (args.length > 0) throw new CommandFailure(`Too many arguments (expected 0, got ${args.length})`);
    const names = await orFail('Error listing datacenters', new ApiClient(flags, io).json<readonly string[] | null>('GET', '/v1/catalog/datacenters'));
    for (const name of names ?? []) printLine(io, name);
    return 0;
  },
});
