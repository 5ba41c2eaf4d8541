import {ApiClient, orFail} from '../api-client.ts';
import {defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

/** `consul info` (cli.md §3.5). */
export const infoCommand = defineCommand({
  usage: 'consul info [options]\n\n  Shows what the agent says about itself, for operators.',
  flags: CLIENT_FLAGS,
  async run({flags, io}) {
    const self = await orFail('Error querying agent', new ApiClient(flags, io).json<{readonly Stats: Readonly<Record<string, Readonly<Record<string, string>>>>}>('GET', '/v1/agent/self'));
    for (const section of Object.keys(self.Stats).sort()) {
      printLine(io, `${section}:`);
      const values = self.Stats[section] ?? {};
      for (const name of Object.keys(values).sort()) printLine(io, `\t${name} = ${values[name] ?? ''}`);
    }
    return 0;
  },
});
