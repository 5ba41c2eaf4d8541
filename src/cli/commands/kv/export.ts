import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';
import {goJsonString} from '../go-json-string.ts';
import {readPairs, type KvPair} from './kv-pair.ts';

/** `consul kv export` (cli.md §3.3). */
export const kvExportCommand = defineCommand({
  usage: 'consul kv export [options] [PREFIX]\n\n  Writes all keys below a prefix as JSON, for "consul kv import".\n\n      $ consul kv export config/',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS, ...TENANCY_FLAGS},
  async run({flags, args, io}) {
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    const prefix = (args[0] ?? '').replace(/^\//, '');
    const pairs = await orFail('Error querying Consul agent', readPairs(new ApiClient(flags, io), prefix, {recurse: ''}));
    printLine(io, exportText(pairs ?? [], flags.namespace, flags.partition));
    return 0;
  },
});

function exportText(pairs: readonly KvPair[], namespace: string, partition: string): string {
  if (pairs.length === 0) return '[]';
  const entries = pairs.map((pair) => {
    const fields = [
      ['key', goJsonString(pair.Key)],
      ['flags', pair.Flags],
      ['value', goJsonString(pair.Value ?? '')],
      ...(namespace === '' ? [] : [['namespace', goJsonString(namespace)]]),
      ...(partition === '' ? [] : [['partition', goJsonString(partition)]]),
    ];
    return `\t{\n${fields.map(([name, value]) => `\t\t"${name ?? ''}": ${value ?? ''}`).join(',\n')}\n\t}`;
  });
  return `[\n${entries.join(',\n')}\n]`;
}
