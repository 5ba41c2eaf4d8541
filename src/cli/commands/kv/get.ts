import {ApiClient, decodeJson, keyPath, orFail, unexpected} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine, type CommandIo} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';
import {readPairs, valueBytes, type KvPair} from './kv-pair.ts';

const NOT_FOUND = 404;
const DETAIL_COLUMN = 17;

/** `consul kv get` (cli.md §3.3). */
export const kvGetCommand = defineCommand({
  usage: `consul kv get [options] [KEY_OR_PREFIX]

  Shows the value of a key. With -recurse all keys below a prefix and their
  values, with -keys the names only.

      $ consul kv get -recurse config/`,
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    ...TENANCY_FLAGS,
    'base64': {kind: 'bool', help: 'Show values in base64.'},
    'detailed': {kind: 'bool', help: 'Show all that is known of a key, such as its flags and its ModifyIndex.'},
    'keys': {kind: 'bool', help: 'List the names of keys below the prefix, up to the next separator.'},
    'recurse': {kind: 'bool', help: 'List all keys below the prefix.'},
    'separator': {kind: 'string', default: '/', help: 'Where -keys cuts names off.'},
  },
  async run({flags, args, io}) {
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    const key = (args[0] ?? '').replace(/^\//, '');
    if (key === '' && !flags.keys && !flags.recurse) throw new CommandFailure('Error! Missing KEY argument');
    const client = new ApiClient(flags, io);
    const failure = 'Error querying Consul agent';
    if (flags.keys) {
      for (const name of await orFail(failure, listKeys(client, key, flags.separator))) printLine(io, name);
      return 0;
    }
    const pairs = await orFail(failure, readPairs(client, key, flags.recurse ? {recurse: ''} : {}));
    if (flags.recurse) {
      for (const [i, pair] of (pairs ?? []).entries()) {
        if (flags.detailed) printDetails(io, pair, flags.base64, i > 0);
        else printValue(io, `${pair.Key}:`, pair, flags.base64);
      }
      return 0;
    }
    const pair = pairs?.[0];
    if (pair === undefined) throw new CommandFailure(`Error! No key exists at: ${key}`);
    if (flags.detailed) printDetails(io, pair, flags.base64, false);
    else printValue(io, '', pair, flags.base64);
    return 0;
  },
});

async function listKeys(client: ApiClient, prefix: string, separator: string): Promise<readonly string[]> {
  const answer = await client.send('GET', `/v1/kv/${keyPath(prefix)}`, {query: {keys: '', ...(separator === '' ? {} : {separator})}});
  if (answer.status === NOT_FOUND) return [];
  if (answer.status !== 200) throw unexpected(answer);
  return decodeJson<readonly string[]>(answer.body);
}

function printValue(io: CommandIo, label: string, pair: KvPair, base64: boolean): void {
  const value = base64 ? Buffer.from(pair.Value ?? '') : valueBytes(pair);
  io.stdout(Buffer.concat([Buffer.from(label), value, Buffer.from('\n')]));
}

function printDetails(io: CommandIo, pair: KvPair, base64: boolean, blankBefore: boolean): void {
  if (blankBefore) printLine(io, '');
  const rows: [string, string | number][] = [
    ['CreateIndex', pair.CreateIndex],
    ['Flags', pair.Flags],
    ['Key', pair.Key],
    ['LockIndex', pair.LockIndex],
    ['ModifyIndex', pair.ModifyIndex],
    ['Session', pair.Session === undefined || pair.Session === '' ? '-' : pair.Session],
  ];
  for (const [name, value] of rows) printLine(io, name.padEnd(DETAIL_COLUMN) + value);
  // Consul's tabwriter does not pad a label before an empty cell.
  printValue(io, (pair.Value ?? '') === '' ? 'Value' : 'Value'.padEnd(DETAIL_COLUMN), pair, base64);
}
