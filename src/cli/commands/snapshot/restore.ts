import {readFileSync} from 'node:fs';
import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';
import {openErrorText} from '../../../runtime/system-error.ts';

/** `consul snapshot restore` (cli.md §3.10). */
export const snapshotRestoreCommand = defineCommand({
  usage: 'consul snapshot restore [options] FILE\n\n  Puts the state of a snapshot in the place of that of the servers. What they\n  held is gone.\n\n      $ consul snapshot restore backup.snap',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS},
  async run({flags, args, io}) {
    const [file] = args;
    if (file === undefined) throw new CommandFailure('Missing FILE argument');
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    const client = new ApiClient(flags, io);
    let archive;
    try {
      archive = readFileSync(file);
    } catch (error) {
      throw new CommandFailure(`Error opening snapshot file: ${openErrorText(error, file)}`);
    }
    await orFail('Error restoring snapshot', client.call('PUT', '/v1/snapshot', {body: archive}));
    printLine(io, 'Restored snapshot');
    return 0;
  },
});
