import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {collect, collectMap, type Sliced} from '../runtime/slices.ts';
import {type OrderedRange} from '../store/ordered-range.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {nodeByName} from './node-commands.ts';
import {hasMeta, type MetaFilters} from './node-queries.ts';
import {healthFilter} from './requests.ts';
import {type CheckServiceNode, type HealthCheck, type Node, type NodeService, type ServiceNode} from './schema.ts';
import {Checks, foldedPrefix, indexNames, type ServiceRow, Services} from './tables.ts';

/** Rows looked at between two looks at the clock. */
const rowsPerStep = 64;
const testedRowsPerStep = 1;

/** Which instances of a service are asked for. */
export interface ServiceSelection {
  /** Empty, with an address: whatever service has that address of its own. */
  readonly name: string;
  /** Ways into the mesh to the service, instead of the service itself. */
  readonly connect: boolean;
  /** All of them must be there, whatever their capitals. */
  readonly tags: readonly string[];
  /** The instance's own address, or its node's. Empty: any. */
  readonly address: string;
  readonly nodeMeta: MetaFilters;
  /** Empty: this datacenter's own. Nothing is imported from peers yet. */
  readonly peer: string;
}

/** Which instances count for the list of services. */
export interface ServiceChoice {
  /** What the asker may not read is left out, and that something was is told. */
  readonly mayRead?: (node: string, service: string) => boolean;
  readonly test?: ((row: ServiceNode) => boolean) | undefined;
}

/** Names of all services with the tags of their instances. */
export function* gatherServices(query: Query, filters: MetaFilters, {mayRead, test}: ServiceChoice = {}): Sliced<QueryOutcome<ReadonlyMap<string, readonly string[]>>> {
  const byMeta = filters !== null && filters.size > 0;
  const index = byMeta ? query.index(indexNames.services, indexNames.nodes) : query.index(indexNames.services);
  const tags = new Map<string, Set<string>>();
  let filtered = false;
  let seen = 0;
  for (const row of query.byIndex(Services, 'name').prefix('')) {
    const {Node, Service} = row;
    if (++seen % (test === undefined ? rowsPerStep : testedRowsPerStep) === 0) yield;
    if (byMeta && !hasMeta(nodeByName(query, Node), filters)) continue;
    if (mayRead !== undefined && !mayRead(Node, Service.Service)) {
      filtered = true;
      continue;
    }
    if (test !== undefined && !isOneOf(query, row, test)) continue;
    const known = tags.get(Service.Service);
    if (known === undefined) tags.set(Service.Service, new Set(Service.Tags ?? []));
    else for (const tag of Service.Tags ?? []) known.add(tag);
  }
  return {value: yield* collectMap(tags, ([name, set]) => [name, [...set]]), index, filtered};
}

function isOneOf(query: Query, row: ServiceRow, test: (row: ServiceNode) => boolean): boolean {
  const flat = flattened(query, row);
  return flat !== undefined && test(flat);
}

/** Instances with their nodes beside them, in the order of nodes and ids. */
export function* serviceNodes(query: Query, selection: ServiceSelection): Sliced<QueryOutcome<readonly ServiceNode[]>> {
  const tables = [indexNames.services, indexNames.nodes];
  const {all, isEmpty} = select(query, selection, tables);
  const index = isEmpty ? indexOfNone(query, selection.name, tables) : ownIndex(query, selection.name, tables);
  return {value: yield* collect(all, (row) => (isSelected(query, row, selection) ? flattened(query, row) : undefined)), index};
}

/** Instances with their nodes and all checks that speak for them. */
export function* gatherInstances(query: Query, selection: ServiceSelection, filter: number): Sliced<QueryOutcome<readonly CheckServiceNode[]>> {
  const {all, index} = select(query, selection, [indexNames.services, indexNames.nodes, indexNames.checks]);
  const join = joinNodesAndChecks(query);
  const value = yield* collect(all, (row) => (isSelected(query, row, selection) ? join(row) : undefined));
  return {value: yield* healthyOnes(value, filter), index};
}

/** Leaves out who is not well enough. As in Consul the last one moves into the place of each that is left out. */
export function* healthyOnes(instances: readonly CheckServiceNode[], filter: number): Sliced<readonly CheckServiceNode[]> {
  if (filter === healthFilter.all) return instances;
  const kept = [...instances];
  let seen = 0;
  for (let at = 0; at < kept.length;) {
    if (++seen % rowsPerStep === 0) yield;
    if (isHealthyEnough(kept[at]?.Checks ?? [], filter)) {
      at++;
      continue;
    }
    const last = kept.pop();
    if (last !== undefined && at < kept.length) kept[at] = last;
  }
  return kept;
}

/** Puts instances together with their nodes and all checks that speak for them: the node's first, then their own. */
export function joinNodesAndChecks(reader: Reader): (row: ServiceRow) => CheckServiceNode | undefined {
  const checksOfNode = new Map<string, readonly HealthCheck[]>();
  return ({Node: name, Service}) => {
    const node = nodeByName(reader, name);
    if (node === undefined) return undefined;
    let shared = checksOfNode.get(name);
    if (shared === undefined) {
      shared = checksOf(reader, name, '');
      checksOfNode.set(name, shared);
    }
    const own = checksOf(reader, name, Service.ID);
    return {Node: node, Service, Checks: own.length === 0 ? shared : [...shared, ...own]};
  };
}

/** Whether an instance with these checks passes Consul's HealthFilterType. */
function isHealthyEnough(checks: readonly HealthCheck[], filter: number): boolean {
  if (filter === healthFilter.all) return true;
  return checks.every(({Status}) => (filter === healthFilter.onlyPassing ? Status === 'passing' : Status !== 'critical'));
}

interface Selected {
  /** All of the name (or the address), those too that are not asked for. */
  readonly all: Iterable<ServiceRow>;
  readonly isEmpty: boolean;
  readonly index: number;
}

/** The rows of the name, and the index of the answer: the service's own, or what stands in for it (http-core.md §21.1). */
function select(query: Query, selection: ServiceSelection, otherwise: readonly string[]): Selected {
  const isEmpty = selection.peer !== '' || instancesOf(query, selection).next().done === true;
  // Ways into the mesh may come under any name at all: each change of a service is a reason to look again.
  if (selection.connect) query.index(indexNames.services);
  if (isEmpty) return {all: [], isEmpty, index: indexOfNone(query, selection.name, otherwise)};
  return {all: instancesOf(query, selection), isEmpty, index: query.index(...indexesOf(query, selection))};
}

/** What is asked for by its name has that one; ways into the mesh and owners of an address may have any. */
function indexesOf(query: Query, selection: ServiceSelection): Iterable<string> {
  if (selection.name !== '' && !selection.connect) return [indexNames.service(selection.name)];
  const names = new Set<string>();
  for (const {Service} of instancesOf(query, selection)) names.add(indexNames.service(Service.Service));
  return names;
}

/** The index of an answer without instances. The name's own entry may have outlived its instances: one that got another name leaves it behind. */
function indexOfNone(query: Query, name: string, otherwise: readonly string[]): number {
  const own = query.index(indexNames.service(name));
  const extinct = query.index(indexNames.serviceExtinction);
  return extinct || own || query.index(...otherwise);
}

/** The catalog's index of a service is that of its name, also where ways into the mesh under other names are asked for. */
function ownIndex(query: Query, name: string, otherwise: readonly string[]): number {
  return query.index(indexNames.service(name)) || query.index(...otherwise);
}

function instancesOf(query: Query, {name, connect, address}: ServiceSelection): OrderedRange<ServiceRow> {
  if (name === '' && address !== '') return query.byIndex(Services, 'address').prefix(foldedPrefix(address));
  return query.byIndex(Services, connect ? 'connect' : 'name').prefix(foldedPrefix(name));
}

function isSelected(query: Query, {Node: name, Service}: ServiceRow, selection: ServiceSelection): boolean {
  return isAskedFor(Service, () => nodeByName(query, name), selection);
}

/** Whether an instance of the right name is one of those asked for. */
export function isSelectedInstance({Node: node, Service}: CheckServiceNode, selection: ServiceSelection): boolean {
  return Service !== null && isAskedFor(Service, () => node ?? undefined, selection);
}

function isAskedFor(service: NodeService, node: () => Node | undefined, {tags, address, nodeMeta}: ServiceSelection): boolean {
  if (!hasTags(service, tags)) return false;
  if (address !== '' && (service.Address || node()?.Address) !== address) return false;
  return nodeMeta === null || nodeMeta.size === 0 || hasMeta(node(), nodeMeta);
}

function hasTags({Tags}: NodeService, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const have = new Set((Tags ?? []).map((tag) => tag.toLowerCase()));
  return wanted.every((tag) => have.has(tag.toLowerCase()));
}

/** Checks about an instance; of an empty id: about the node. */
export function checksOf(reader: Reader, node: string, serviceId: string): readonly HealthCheck[] {
  return reader.byIndex(Checks, 'instance').prefix(foldedPrefix(node, serviceId)).toArray();
}

const noMeta: ReadonlyMap<string, string> = new Map();

function flattened(reader: Reader, {Node: name, Service}: ServiceRow): ServiceNode | undefined {
  const node = nodeByName(reader, name);
  if (node === undefined) return undefined;
  return {
    ID: node.ID,
    // The name as the service was registered with, whose letters may be larger or smaller than the node's.
    Node: name,
    Address: node.Address,
    Datacenter: node.Datacenter,
    TaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    ServiceKind: Service.Kind,
    ServiceID: Service.ID,
    ServiceName: Service.Service,
    ServiceTags: Service.Tags,
    ServiceAddress: Service.Address,
    ServiceTaggedAddresses: Service.TaggedAddresses,
    ServiceWeights: Service.Weights ?? {Passing: 1, Warning: 1},
    // Never nil in Consul's answers, also not on port 8300.
    ServiceMeta: Service.Meta ?? noMeta,
    ServicePort: Service.Port,
    ServiceSocketPath: Service.SocketPath,
    ServiceEnableTagOverride: Service.EnableTagOverride,
    ServiceProxy: Service.Proxy,
    ServiceConnect: Service.Connect,
    ServiceLocality: Service.Locality,
    PeerName: Service.PeerName,
    CreateIndex: Service.CreateIndex,
    ModifyIndex: Service.ModifyIndex,
  };
}
