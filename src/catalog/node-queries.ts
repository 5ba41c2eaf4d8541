import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {collect, type Sliced} from '../runtime/slices.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {nodeById, nodeByName} from './node-commands.ts';
import {type NodeInfo} from './requests.ts';
import {type Node, type NodeService} from './schema.ts';
import {Checks, folded, foldedPrefix, indexNames, Nodes, Services} from './tables.ts';

export type MetaFilters = ReadonlyMap<string, string> | null;

/** Whether a node has all these pairs. */
export function hasMeta(node: Node | undefined, filters: MetaFilters): boolean {
  if (filters === null || filters.size === 0) return true;
  return node !== undefined && [...filters].every(([key, value]) => node.Meta?.get(key) === value);
}

/** All nodes, in the order of their names. */
export function* listNodes(query: Query, filters: MetaFilters): Sliced<QueryOutcome<readonly Node[]>> {
  const index = query.index(indexNames.nodes);
  return {value: yield* collect(query.all(Nodes), (node) => (hasMeta(node, filters) ? node : undefined)), index};
}

/** A node by its name, its id, or the first two or more digits of its id if no other id starts with them. */
function findNode(reader: Reader, nameOrId: string): Node | undefined {
  const exact = nodeByName(reader, nameOrId) ?? nodeById(reader, nameOrId);
  if (exact !== undefined || !/^[0-9a-f][0-9a-f-]+$/i.test(nameOrId)) return exact;
  const [first, second] = reader.byIndex(Nodes, 'id').prefix(folded(nameOrId)).toArray(2);
  return second === undefined ? first : undefined;
}

export interface NodeAndServices {
  readonly node: Node | undefined;
  readonly services: readonly NodeService[];
}

/** A node and the instances on it, in the order of their ids. Nothing is imported from peers yet. */
export function* servicesOfNode(query: Query, nameOrId: string, peer: string): Sliced<QueryOutcome<NodeAndServices>> {
  const node = peer === '' ? findNode(query, nameOrId) : undefined;
  if (node === undefined) return {value: {node, services: []}, index: indexOfMissingNode(query, nameOrId)};
  const index = query.index(indexNames.node(node.Node));
  const services = yield* collect(query.prefix(Services, foldedPrefix(node.Node)), ({Service}) => Service);
  return {value: {node, services}, index};
}

/** All there is of one node, or of none. Nothing is imported from peers yet. */
export function* nodeInfo(query: Query, name: string, peer: string): Sliced<QueryOutcome<readonly NodeInfo[]>> {
  const index = query.index(indexNames.nodes, indexNames.services, indexNames.checks);
  const node = peer === '' ? nodeByName(query, name) : undefined;
  return {value: node === undefined ? [] : [yield* infoOf(query, node)], index};
}

/** All there is of all nodes. */
export function* nodeDump(query: Query): Sliced<QueryOutcome<readonly NodeInfo[]>> {
  const index = query.index(indexNames.nodes, indexNames.services, indexNames.checks);
  const value: NodeInfo[] = [];
  for (const node of query.all(Nodes)) {
    value.push(yield* infoOf(query, node));
    yield;
  }
  return {value, index};
}

/** What is not there moves when a node of that name comes, and when any node goes (http-core.md §21.1). */
function indexOfMissingNode(query: Query, name: string): number {
  query.index(indexNames.node(name));
  return query.index(indexNames.nodeExtinction);
}

function* infoOf(reader: Reader, node: Node): Sliced<NodeInfo> {
  const prefix = foldedPrefix(node.Node);
  return {
    ID: node.ID,
    Node: node.Node,
    Partition: '',
    PeerName: '',
    Address: node.Address,
    TaggedAddresses: node.TaggedAddresses,
    Meta: node.Meta,
    Services: yield* collect(reader.prefix(Services, prefix), ({Service}) => Service),
    Checks: yield* collect(reader.prefix(Checks, prefix), (check) => check),
  };
}
