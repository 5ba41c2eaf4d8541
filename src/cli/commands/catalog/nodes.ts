import {ApiClient, orFail, pathEscape} from '../../api-client.ts';
import {columns} from '../../columns.ts';
import {CommandFailure, defineCommand, printError, printLine} from '../../command.ts';
import {CLIENT_FLAGS, PARTITION_FLAG, SERVER_FLAGS} from '../../http-flags.ts';

interface CatalogNode {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: Readonly<Record<string, string>> | null;
  readonly Meta?: Readonly<Record<string, string>> | null;
  readonly NodeMeta?: Readonly<Record<string, string>> | null;
}

const SHORT_ID_CHARS = 8;

/** `consul catalog nodes` (cli.md §3.2). */
export const catalogNodesCommand = defineCommand({
  usage: 'consul catalog nodes [options]\n\n  Lists the nodes of a datacenter, or those that have a service.\n\n      $ consul catalog nodes -service=web -near=_agent',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    ...PARTITION_FLAG,
    'detailed': {kind: 'bool', help: 'Show whole IDs, tagged addresses and metadata.'},
    'filter': {kind: 'string', help: 'Filter expression that nodes must meet.'},
    'near': {kind: 'string', help: 'Sort by distance from this node; _agent is the node that answers.'},
    'node-meta': {kind: 'pairs', help: 'Only nodes with this `key=value` pair in their metadata. Can be given several times.'},
    'service': {kind: 'string', help: '`service` that nodes must have.'},
  },
  async run({flags, args, io}) {
    if (args.length > 0) throw new CommandFailure(`Too many arguments (expected 0, got ${args.length})`);
    const client = new ApiClient(flags, io);
    const metas = Object.entries(flags['node-meta']).map(([key, value]) => `${key}:${value}`);
    const query = {...(flags.filter === '' ? {} : {filter: flags.filter}), ...(flags.near === '' ? {} : {near: flags.near})};
    const path = flags.service === '' ? '/v1/catalog/nodes' : `/v1/catalog/service/${pathEscape(flags.service)}`;
    const failed = flags.service === '' ? 'Error listing nodes' : 'Error listing nodes for service';
    const found = await orFail(failed, client.json<readonly CatalogNode[] | null>('GET', path, {query, repeated: {'node-meta': metas}}));
    const nodes = flags.service === '' ? (found ?? []) : firstOfEach(found ?? []);
    if (nodes.length === 0) {
      printError(io, 'No nodes match the given query - try expanding your search.');
      return 0;
    }
    printLine(io, columns(flags.detailed ? detailed(nodes) : standard(nodes)));
    return 0;
  },
});

/** A node that has several instances of the service stands in the answer several times. */
function firstOfEach(nodes: readonly CatalogNode[]): readonly CatalogNode[] {
  return [...new Map([...nodes].reverse().map((node) => [node.ID === '' ? node.Node : node.ID, node])).values()].reverse();
}

function standard(nodes: readonly CatalogNode[]): string[][] {
  return [['Node', 'ID', 'Address', 'DC'], ...nodes.map((node) => [node.Node, node.ID.slice(0, SHORT_ID_CHARS), node.Address, node.Datacenter])];
}

function detailed(nodes: readonly CatalogNode[]): string[][] {
  const rows = nodes.map((node) => [node.Node, node.ID, node.Address, node.Datacenter, mapText(node.TaggedAddresses), mapText(node.Meta ?? node.NodeMeta)]);
  return [['Node', 'ID', 'Address', 'DC', 'TaggedAddresses', 'Meta'], ...rows];
}

function mapText(map: Readonly<Record<string, string>> | null | undefined): string {
  return Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`).join(', ');
}
