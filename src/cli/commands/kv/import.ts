import {posix} from 'node:path';
import {ApiClient, keyPath, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';
import {parseJson} from '../../../config/parse-json.ts';
import {SyntaxFault, type RawNode} from '../../../config/raw-node.ts';
import {decodeGoBase64, readDataArgument} from '../data-argument.ts';

interface ImportEntry {
  readonly key: string;
  /** decimal */
  readonly flags: string;
  /** base64 */
  readonly value: string;
}

/** `consul kv import` (cli.md §3.3). */
export const kvImportCommand = defineCommand({
  usage: 'consul kv import [options] [DATA]\n\n  Writes keys from JSON as "consul kv export" makes it. DATA may be @ and the\n  name of a file, - for standard input, or the JSON itself.\n\n      $ consul kv import @backup.json',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS, ...TENANCY_FLAGS, 'prefix': {kind: 'string', help: 'Prefix to put before every key.'}},
  async run({flags, args, io}) {
    if (args.length > 1) throw new CommandFailure(`Error! Too many arguments (expected 1, got ${args.length})`);
    const [argument] = args;
    if (argument === undefined) throw new CommandFailure('Error! Missing DATA argument');
    if (argument === '') throw new CommandFailure('Error! Empty DATA argument');
    const data = await readDataArgument(argument, io, 'Error! ');
    const client = new ApiClient(flags, io);
    for (const entry of parseEntries(data.toString('utf8'))) {
      const decoded = decodeGoBase64(entry.value);
      if (decoded.errorAt !== undefined) {
        throw new CommandFailure(`Error base 64 decoding value for key ${entry.key}: illegal base64 data at input byte ${decoded.errorAt}`);
      }
      const key = posix.join(flags.prefix, entry.key);
      const query = entry.flags === '0' ? {} : {flags: entry.flags};
      await orFail(`Error! Failed writing data for key ${key}`, client.call('PUT', `/v1/kv/${keyPath(key)}`, {query, body: decoded.bytes}));
      printLine(io, `Imported: ${key}`);
    }
    return 0;
  },
});

function parseEntries(text: string): readonly ImportEntry[] {
  // Flags are 64 bits wide: as text they keep all their digits.
  let root: RawNode;
  try {
    root = parseJson(text, {numbersAsText: true});
  } catch (error) {
    if (error instanceof SyntaxFault) throw new CommandFailure(`Cannot unmarshal data: ${error.message}`);
    throw error;
  }
  if (root.kind === 'null') return [];
  if (root.kind !== 'list') throw new CommandFailure(`Cannot unmarshal data: json: cannot unmarshal ${root.kind === 'map' ? 'object' : root.kind} into Go value of type []*impexp.Entry`);
  return root.items.map((item) => {
    const field = (name: string): string => {
      if (item.kind !== 'map') return '';
      for (const [key, entry] of item.entries) if (key.toLowerCase() === name && entry.value.kind === 'string') return entry.value.value;
      return '';
    };
    return {key: field('key'), flags: field('flags') || '0', value: field('value')};
  });
}
