import {ApiClient, orFail, pathEscape} from '../../api-client.ts';
import {CommandFailure, defineCommand, printError, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';

interface NodeServices {
  readonly Services: Readonly<Record<string, {readonly Service: string; readonly Tags: readonly string[] | null}>>;
}

/** Consul's tabwriter pads this table by six. */
const TAG_GAP_CHARS = 6;

/** `consul catalog services` (cli.md §3.2). */
export const catalogServicesCommand = defineCommand({
  usage: 'consul catalog services [options]\n\n  Lists the services of a datacenter, or of one node.\n\n      $ consul catalog services -node=web-1 -tags',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    ...TENANCY_FLAGS,
    'node': {kind: 'string', help: 'Name of the `node` whose services to list.'},
    'node-meta': {kind: 'pairs', help: 'Only services on nodes with this `key=value` pair in their metadata. Can be given several times.'},
    'tags': {kind: 'bool', help: 'Show the tags of each service.'},
  },
  async run({flags, args, io}) {
    if (args.length > 0) throw new CommandFailure(`Too many arguments (expected 0, got ${args.length})`);
    const client = new ApiClient(flags, io);
    const metas = Object.entries(flags['node-meta']).map(([key, value]) => `${key}:${value}`);
    const services = await orFail('Error listing services', flags.node === ''
      ? client.json<Record<string, readonly string[]>>('GET', '/v1/catalog/services', {repeated: {'node-meta': metas}})
      : ofNode(client, flags.node, metas));
    const names = Object.keys(services).sort();
    if (names.length === 0) {
      printError(io, 'No services match the given query - try expanding your search.');
      return 0;
    }
    const width = Math.max(...names.map((name) => name.length)) + TAG_GAP_CHARS;
    const lines = names.map((name) => (flags.tags ? name.padEnd(width) + [...(services[name] ?? [])].sort().join(',') : name));
    // Only the last line loses its padding.
    printLine(io, lines.join('\n').trimEnd());
    return 0;
  },
});

async function ofNode(client: ApiClient, node: string, metas: readonly string[]): Promise<Record<string, readonly string[]>> {
  const found = await client.json<NodeServices | null>('GET', `/v1/catalog/node/${pathEscape(node)}`, {repeated: {'node-meta': metas}});
  const services: Record<string, readonly string[]> = {};
  for (const {Service, Tags} of Object.values(found?.Services ?? {})) services[Service] = [...(services[Service] ?? []), ...(Tags ?? [])];
  return services;
}
