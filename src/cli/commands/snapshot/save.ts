import {closeSync, createReadStream, fsyncSync, openSync, renameSync, rmSync, writeSync} from 'node:fs';
import {parse as parsePath, join} from 'node:path';
import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';
import {ArchiveError, verifyArchive} from '../../../raft/snapshot/snapshot-archive-reader.ts';
import {openErrorText} from '../../../runtime/system-error.ts';

const ARCHIVE_MODE = 0o600;

/** `consul snapshot save` (cli.md §3.10). */
export const snapshotSaveCommand = defineCommand({
  usage: 'consul snapshot save [options] FILE\n\n  Writes the state of the servers to a file, and reads it once more to be sure.\n\n      $ consul snapshot save backup.snap',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    'append-filename': {kind: 'value', help: 'What to add to the name of the file: `version`, `dc`, or both with a comma.'},
  },
  async run({flags, args, io}) {
    const [name] = args;
    if (name === undefined) throw new CommandFailure('Missing FILE argument');
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    const client = new ApiClient(flags, io);
    const file = flags['append-filename'] === '' ? name : await withSuffixes(client, name, flags['append-filename']);
    const answer = await orFail('Error saving snapshot', client.call('GET', '/v1/snapshot'));
    const unverified = `${file}.unverified`;
    writeFile(unverified, answer.body);
    let index;
    try {
      index = (await verifyArchive(createReadStream(unverified))).Index;
    } catch (error) {
      rmSync(unverified, {force: true});
      if (error instanceof ArchiveError) throw new CommandFailure(`Error verifying snapshot file: ${error.message}`);
      throw error;
    }
    renameSync(unverified, file);
    printLine(io, `Saved and verified snapshot to index ${index}`);
    return 0;
  },
});

async function withSuffixes(client: ApiClient, name: string, wanted: string): Promise<string> {
  const self = await orFail('Error querying Consul agent', client.json<{readonly Config: {readonly Version: string; readonly Datacenter: string}}>('GET', '/v1/agent/self'));
  const suffixes = wanted.split(',').flatMap((word) => (word.trim() === 'version' ? [self.Config.Version] : word.trim() === 'dc' ? [self.Config.Datacenter] : []));
  const {dir, name: base, ext} = parsePath(name);
  return join(dir, [base, ...suffixes].join('-') + ext);
}

/** On the disk before it counts. */
function writeFile(path: string, bytes: Uint8Array): void {
  try {
    const handle = openSync(path, 'w', ARCHIVE_MODE);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new CommandFailure(`Error writing unverified snapshot file: ${openErrorText(error, path)}`);
  }
}
