import {type Authorizer, demand, filterLong, permissionDenied, type TokenResolver} from '../acl/authorizer.ts';
import {allowAll} from '../acl/fixed-authorizers.ts';
import {virtualIpOf} from '../config-entry/virtual-ips.ts';
import {ConsulError} from '../consul-error.ts';
import {type Test} from '../filter/field.ts';
import {passing} from '../filter/passing.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {keptReply} from '../rpc/kept-reply.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {collectMap, drive, type Sliced} from '../runtime/slices.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type Reader} from '../store/reader.ts';
import {type DCSpecificRequest, QueryMeta} from '../schema/rpc-common.ts';
import {type Store} from '../store/store.ts';
import {checkOf} from './check-commands.ts';
import {nodeOf} from './commands.ts';
import {bareDenial, checkOfOtherNode, checkOfUnknownService, mustNameService, mustProvideNode, unknownCheck, unknownService} from './errors.ts';
import {nodeFilter, nodeServiceFilter, serviceNodeFilter} from './filters.ts';
import {listGateway} from './gateway-listing.ts';
import {filteredKey, matching} from './matching.ts';
import {
  catalogDeregister,
  catalogGatewayServices,
  catalogListDatacenters,
  catalogListNodes,
  catalogListServices,
  catalogNodeServiceList,
  catalogNodeServices,
  catalogRegister,
  catalogServiceList,
  catalogServiceNodes,
  catalogVirtualIp,
  type Empty,
} from './methods.ts';
import {type NearSorter} from './near.ts';
import {nodeByName} from './node-commands.ts';
import {listNodes, type NodeAndServices, servicesOfNode} from './node-queries.ts';
import {completeRegistration} from './register-request.ts';
import {type GatewayService} from './requests.ts';
import {allowedOnly, mayReadService} from './rights.ts';
import {metaKey, selectionKey, selectionOf} from './selection.ts';
import {DeregisterRequest, type HealthCheck, Node, type NodeService, RegisterRequest, type ServiceNode} from './schema.ts';
import {serviceOf} from './service-commands.ts';
import {gatherServices, serviceNodes} from './service-queries.ts';
import {folded} from './tables.ts';

export interface CatalogEndpointOptions {
  readonly store: Store;
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  readonly proposer: Proposer;
  readonly resolver: TokenResolver;
  readonly near: NearSorter;
  /** All known datacenters, the nearest first. */
  readonly datacenters: () => readonly string[];
}

const done: Empty = {};

/** Catalog.* of port 8300 (rpc-raft.md §8, §9). */
export function catalogEndpoints(options: CatalogEndpointOptions): readonly Endpoint[] {
  return [
    endpoint(catalogRegister, async (request) => {
      await register(options, request);
      return done;
    }),
    endpoint(catalogDeregister, async (request) => {
      await deregister(options, request);
      return done;
    }),
    endpoint(catalogListDatacenters, () => options.datacenters()),
    endpoint(catalogVirtualIp, async ({ServiceName, PeerName, Token}) => {
      demand(await options.resolver.resolve(Token), 'service', 'read', ServiceName);
      return PeerName === '' ? (virtualIpOf(options.store.view(), ServiceName) ?? '') : '';
    }),
    ...listEndpoints(options),
    ...instanceEndpoints(options),
  ];
}

function listEndpoints({reader, kept, near}: CatalogEndpointOptions): readonly Endpoint[] {
  const nodes = kept.space<QueryOutcome<readonly Node[]>>();
  const services = kept.space<QueryOutcome<ReadonlyMap<string, readonly string[]>>>();
  const readServices = (request: DCSpecificRequest, filter: string, signal: AbortSignal | undefined) => {
    const test = serviceNodeFilter.compile(filter);
    return reader.read<ReadonlyMap<string, readonly string[]>>({
      options: request,
      space: services,
      key: filteredKey(filter, metaKey(request.NodeMetaFilters)),
      query: (q, authorizer) => {
        const mayRead = (node: string, service: string): boolean => mayReadService(authorizer, node, service);
        return gatherServices(q, request.NodeMetaFilters, {test, ...(authorizer !== allowAll && {mayRead})});
      },
      signal,
    });
  };
  return [
    endpoint(catalogListNodes, async (request, signal) => {
      const test = nodeFilter.compile(request.Filter);
      const read = await reader.read<readonly Node[]>({
        options: request,
        space: nodes,
        key: filteredKey(request.Filter, metaKey(request.NodeMetaFilters)),
        query: (q, authorizer) => matching(allowedOnly(listNodes(q, request.NodeMetaFilters), ({Node: name}) => authorizer.allows('node', 'read', name)), test),
        signal,
      });
      if (request.Source.Node === '') return {Nodes: read.value, ...read.meta, [keptReply]: read.kept};
      return {Nodes: await near.sort(request.Source, read.value, ({Node: name}) => name), ...read.meta};
    }),
    endpoint(catalogListServices, async (request, signal) => {
      const read = await readServices(request, request.Filter, signal);
      return {Services: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(catalogServiceList, async (request, signal) => {
      const read = await readServices(request, '', signal);
      return {Services: [...read.value.keys()].map((Name) => ({Name})), ...read.meta};
    }),
  ];
}

function instanceEndpoints({reader, kept, near, resolver}: CatalogEndpointOptions): readonly Endpoint[] {
  const instances = kept.space<QueryOutcome<readonly ServiceNode[]>>();
  const byNode = kept.space<QueryOutcome<NodeAndServices>>();
  const gateways = kept.space<QueryOutcome<readonly GatewayService[]>>();
  const readNode = async (request: Parameters<typeof catalogNodeServices.request.toMsgpack>[0], signal: AbortSignal | undefined) => {
    const test = nodeServiceFilter.compile(request.Filter);
    return await reader.read<NodeAndServices>({
      options: request,
      space: byNode,
      key: filteredKey(request.Filter, `${request.PeerName}\0${request.Node.toLowerCase()}`),
      query: (q, authorizer) => matchingServices(allowedServices(servicesOfNode(q, request.Node, request.PeerName), authorizer), test),
      signal,
    });
  };
  return [
    endpoint(catalogServiceNodes, async (request, signal) => {
      if (request.ServiceName === '' && request.ServiceAddress === '') throw mustNameService();
      const selection = selectionOf(request);
      // Who may not read the service gets an answer that nobody made, no refusal (seen at 1.21.4).
      if (request.Connect && !(await resolver.resolve(request.Token)).allows('service', 'read', request.ServiceName)) return {ServiceNodes: null, ...QueryMeta.zero()};
      const test = serviceNodeFilter.compile(request.Filter);
      const read = await reader.read<readonly ServiceNode[]>({
        options: request,
        space: instances,
        key: filteredKey(request.Filter, selectionKey(selection)),
        query: (q, authorizer) => matching(allowedOnly(serviceNodes(q, selection), (row) => mayReadService(authorizer, row.Node, row.ServiceName)), test),
        signal,
      });
      if (request.Source.Node === '') return {ServiceNodes: read.value, ...read.meta, [keptReply]: read.kept};
      return {ServiceNodes: await near.sort(request.Source, read.value, ({Node: name}) => name), ...read.meta};
    }),
    endpoint(catalogNodeServices, async (request, signal) => {
      if (request.Node === '') throw mustProvideNode();
      const {value, meta, kept: held} = await readNode(request, signal);
      const Services = await drive(collectMap(value.services, (service) => [service.ID, service]));
      return {NodeServices: value.node === undefined ? null : {Node: value.node, Services}, ...meta, [keptReply]: held};
    }),
    endpoint(catalogNodeServiceList, async (request, signal) => {
      if (request.Node === '') throw mustProvideNode();
      const {value, meta} = await readNode(request, signal);
      // An expression makes an empty list of none.
      const isNull = value.services.length === 0 && request.Filter === '';
      return {NodeServices: {Node: value.node ?? null, Services: isNull ? null : value.services}, ...meta};
    }),
    endpoint(catalogGatewayServices, async (request, signal) => {
      const read = await reader.read<readonly GatewayService[]>({
        options: request,
        space: gateways,
        key: request.ServiceName,
        query: (q, authorizer) => {
          demand(authorizer, 'service', 'read', request.ServiceName);
          return allowedOnly(listGateway(q, request.ServiceName), ({Service}) => authorizer.allows('service', 'read', Service.Name));
        },
        signal,
      });
      return {Services: read.value, ...read.meta};
    }),
  ];
}

async function register({store, proposer, resolver}: CatalogEndpointOptions, request: RegisterRequest): Promise<void> {
  const complete = completeRegistration(request);
  const view = store.view();
  for (const check of complete.Checks ?? []) demandPlace(view, complete, check);
  mayRegister(await resolver.resolve(request.Token), view, complete);
  const result = await proposer.propose(0, RegisterRequest, complete);
  if (result instanceof ConsulError) throw result;
}

async function deregister({store, proposer, resolver}: CatalogEndpointOptions, request: DeregisterRequest): Promise<void> {
  if (request.Node === '') throw mustProvideNode();
  mayDeregister(await resolver.resolve(request.Token), store.view(), request);
  const result = await proposer.propose(1, DeregisterRequest, request);
  if (result instanceof ConsulError) throw result;
}

/** A check is one of the node's. One of a service needs that service by its very id, in the request or registered before. */
function demandPlace(reader: Reader, request: RegisterRequest, {ServiceID, CheckID, Node: node}: HealthCheck): void {
  if (folded(node) !== folded(request.Node)) throw checkOfOtherNode(node, CheckID, request.Node);
  if (ServiceID === '' || ServiceID === request.Service?.ID) return;
  if (serviceOf(reader, node, ServiceID)?.ID !== ServiceID) throw checkOfUnknownService(ServiceID, CheckID);
}

/** acl.md §9: `node:write` where the node or a check of it changes, `service:write` on what is said of services. */
function mayRegister(authorizer: Authorizer, reader: Reader, request: RegisterRequest): void {
  const known = nodeByName(reader, request.Node);
  const changesNode = known === undefined || (!request.SkipNodeUpdate && !isSameRegistration(known, request));
  if (changesNode) demand(authorizer, 'node', 'write', request.Node);
  const {Service} = request;
  if (Service !== null) {
    demand(authorizer, 'service', 'write', Service.Service);
    const other = serviceOf(reader, request.Node, Service.ID);
    if (other !== undefined && !authorizer.allows('service', 'write', other.Service)) throw bareDenial();
    if (Service.Kind === 'connect-proxy') demand(authorizer, 'service', 'write', Service.Proxy.DestinationServiceName);
  }
  for (const {ServiceID, Node: node} of request.Checks ?? []) {
    if (ServiceID === '') demand(authorizer, 'node', 'write', node);
    else demand(authorizer, 'service', 'write', ServiceID === Service?.ID ? Service.Service : (serviceOf(reader, node, ServiceID)?.Service ?? ''));
  }
}

function isSameRegistration(known: Node, request: RegisterRequest): boolean {
  const indexes = {CreateIndex: known.CreateIndex, ModifyIndex: known.ModifyIndex};
  return Node.toJson(known) === Node.toJson({...nodeOf(request), ...indexes});
}

/** `node:write` is enough for everything on the node; a service may also be taken out by who may write it. */
function mayDeregister(authorizer: Authorizer, reader: Reader, {Node: node, ServiceID, CheckID}: DeregisterRequest): void {
  if (authorizer.allows('node', 'write', node)) return;
  if (ServiceID !== '') {
    const service = serviceOf(reader, node, ServiceID);
    if (service === undefined) throw unknownService(ServiceID);
    demand(authorizer, 'service', 'write', service.Service);
  } else if (CheckID !== '') {
    const check = checkOf(reader, node, CheckID);
    if (check === undefined) throw unknownCheck(CheckID);
    if (check.ServiceID === '') throw permissionDenied(authorizer, 'node', 'write', node);
    demand(authorizer, 'service', 'write', check.ServiceName);
  } else {
    throw permissionDenied(authorizer, 'node', 'write', node);
  }
}

function* allowedServices(asked: Sliced<QueryOutcome<NodeAndServices>>, authorizer: Authorizer): Sliced<QueryOutcome<NodeAndServices>> {
  const outcome = yield* asked;
  const {node, services} = outcome.value;
  if (node === undefined) return outcome;
  if (!authorizer.allows('node', 'read', node.Node)) return {...outcome, value: {node: undefined, services: []}, filtered: true};
  const {kept, dropped} = yield* filterLong(services, ({Service}) => authorizer.allows('service', 'read', Service));
  return {...outcome, value: {node, services: kept}, filtered: dropped};
}

function* matchingServices(asked: Sliced<QueryOutcome<NodeAndServices>>, test: Test<NodeService> | undefined): Sliced<QueryOutcome<NodeAndServices>> {
  const outcome = yield* asked;
  if (test === undefined) return outcome;
  return {...outcome, value: {...outcome.value, services: yield* passing(outcome.value.services, test)}};
}
