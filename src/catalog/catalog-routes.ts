import {type Answer, boolAnswer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise, refusePartition} from '../http/enterprise.ts';
import {decodeFailed, jsonBody} from '../http/json-body.ts';
import {consistencyOptions, type ReadDefaults, readOptions, type ReadOptions, writeOptions} from '../http/query-options.ts';
import {callCacheableRead, callReadAtLevel, readAnswer} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {partsOf} from '../http/json-parts.ts';
import {collect, collectMap} from '../runtime/slices.ts';
import {type MaybeKept, wasCached} from '../rpc/kept-reply.ts';
import {type ConsulError} from '../consul-error.ts';
import {DCSpecificRequest, type NodeSpecificRequest} from '../schema/rpc-common.ts';
import {list, nullable, str} from '../schema/types.ts';
import {missingName} from './errors.ts';
import {serviceNodesJson, servicesJson, shownService, translatedNode, translatedService, translatedServiceNode} from './json-answers.ts';
import {
  catalogDeregister,
  catalogGatewayServices,
  catalogListDatacenters,
  catalogListNodes,
  catalogListServices,
  catalogNodeServiceList,
  catalogNodeServices,
  catalogRegister,
  catalogServiceNodes,
} from './methods.ts';
import {GatewayService, NodeServiceList, NodeServices, ServiceSpecificRequest} from './requests.ts';
import {DeregisterRequest, Node, RegisterRequest} from './schema.ts';
import {type CatalogRouteOptions, nodeMetaOf, serviceRequestOf, sourceOf} from './http-request.ts';

const nodeList = list(Node);
const nameList = list(str);
const gatewayList = list(GatewayService);
const nodeServices = nullable(NodeServices);

/** `/v1/catalog/` (http-core.md §10). */
export function catalogRoutes(options: CatalogRouteOptions): readonly Route[] {
  return [
    {path: '/v1/catalog/register', methods: {PUT: (request) => register(options, request)}},
    {path: '/v1/catalog/deregister', methods: {PUT: (request) => deregister(options, request)}},
    {path: '/v1/catalog/datacenters', methods: {GET: (request) => datacenters(options, request)}},
    {path: '/v1/catalog/nodes', methods: {GET: (request) => nodes(options, request)}},
    {path: '/v1/catalog/services', methods: {GET: (request) => services(options, request)}},
    {path: '/v1/catalog/service/', methods: {GET: (request) => instances(options, request, false)}},
    {path: '/v1/catalog/connect/', methods: {GET: (request) => instances(options, request, true)}},
    {path: '/v1/catalog/node/', methods: {GET: (request) => node(options, request)}},
    {path: '/v1/catalog/node-services/', methods: {GET: (request) => nodeServiceList(options, request)}},
    {path: '/v1/catalog/gateway-services/', methods: {GET: (request) => gatewayServices(options, request)}},
  ];
}

async function register({router, defaults, bodyBytesMax}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const body = await jsonBody(request, RegisterRequest, bodyBytesMax, refuseBody);
  await router.call(catalogRegister, {...body, ...targetOf(body, request, defaults)});
  return boolAnswer(request, true);
}

async function deregister({router, defaults, bodyBytesMax}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const body = await jsonBody(request, DeregisterRequest, bodyBytesMax, refuseBody);
  await router.call(catalogDeregister, {...body, ...targetOf(body, request, defaults)});
  return boolAnswer(request, true);
}

/** A datacenter in the body counts, one in the query does not. */
function targetOf({Datacenter}: {readonly Datacenter: string}, request: ApiRequest, defaults: ReadDefaults): {Datacenter: string; Token: string} {
  return {...writeOptions(request, defaults), Datacenter: Datacenter || defaults.datacenter};
}

/** Namespaces get a hint here that other bodies do not have (http-core.md §1.8). */
function refuseBody(why: string): ConsulError {
  return decodeFailed(why === 'json: unknown field "Namespace"' ? `${why} - Namespaces are a Consul Enterprise feature` : why);
}

async function datacenters({router, defaults}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  consistencyOptions(request, defaults); // nothing here depends on them, but bad ones are refused
  const names = await router.call(catalogListDatacenters, {});
  return jsonAnswer(nameList.toJson(names ?? [], {pretty: request.pretty}) + request.jsonEnd);
}

async function nodes({router, defaults, nodeName, translateWanAddresses}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  const source = sourceOf(request, defaults, nodeName);
  refusePartition(request);
  const read = readOptions(request, defaults);
  const body = DCSpecificRequest.make({...read, Source: source, NodeMetaFilters: nodeMetaOf(request)});
  const reply = await callReadAtLevel(router, catalogListNodes, body, request);
  const shown = translates(translateWanAddresses, read, defaults.datacenter) ? reply.Nodes?.map(translatedNode) : reply.Nodes;
  return readAnswer(request, read, reply, (pretty) => nodeList.jsonParts(shown ?? [], {pretty}));
}

async function services({router, defaults}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const body = DCSpecificRequest.make({...read, NodeMetaFilters: nodeMetaOf(request)});
  const reply = await callCacheableRead(router, catalogListServices, body, request);
  return withCacheHeader(read, await readAnswer(request, read, reply, (pretty) => servicesJson(reply.Services ?? new Map(), pretty)));
}

async function instances(options: CatalogRouteOptions, request: ApiRequest, connect: boolean): Promise<Answer> {
  const {router, defaults, nodeName, translateWanAddresses} = options;
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const ServiceName = request.suffix;
  if (ServiceName === '') throw missingName('service name');
  const body: ServiceSpecificRequest = {...serviceRequestOf(request, read, sourceOf(request, defaults, nodeName)), ServiceName, Connect: connect};
  const reply = await callCacheableRead(router, catalogServiceNodes, body, request);
  const rows = reply.ServiceNodes ?? [];
  const shown = translates(translateWanAddresses, read, defaults.datacenter) ? rows.map(translatedServiceNode) : rows;
  return withCacheHeader(read, await readAnswer(request, read, reply, (pretty) => serviceNodesJson(shown, pretty)));
}

async function node({router, defaults, translateWanAddresses}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  const {read, body} = nodeRequest(request, defaults);
  const reply = await callReadAtLevel(router, catalogNodeServices, body, request);
  const translate = translates(translateWanAddresses, read, defaults.datacenter);
  return readAnswer(request, read, reply, (pretty) => {
    const found = reply.NodeServices;
    if (found === null || found.Node === null) return nodeServices.toJson(null, {pretty});
    const Node = translate ? translatedNode(found.Node) : found.Node;
    const work = collectMap(found.Services ?? [], ([id, service]) => [id, shownService(translate ? translatedService(service) : service)]);
    return partsOf(work, (Services) => nodeServices.jsonParts({Node, Services}, {pretty}));
  });
}

async function nodeServiceList({router, defaults, translateWanAddresses}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  const {read, body} = nodeRequest(request, defaults);
  const reply = await callReadAtLevel(router, catalogNodeServiceList, body, request);
  const translate = translates(translateWanAddresses, read, defaults.datacenter);
  const {Node: found, Services} = reply.NodeServices;
  return readAnswer(request, read, reply, (pretty) => {
    const Node = found !== null && translate ? translatedNode(found) : found;
    const work = collect(Services ?? [], (service) => shownService(translate ? translatedService(service) : service));
    return partsOf(work, (shown) => NodeServiceList.jsonParts({Node, Services: Services === null ? null : shown}, {pretty}));
  });
}

async function gatewayServices({router, defaults}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const ServiceName = request.suffix;
  if (ServiceName === '') throw missingName('gateway name');
  const reply = await callReadAtLevel(router, catalogGatewayServices, ServiceSpecificRequest.make({...read, ServiceName}), request);
  return readAnswer(request, read, reply, (pretty) => gatewayList.toJson(reply.Services ?? [], {pretty}));
}

function nodeRequest(request: ApiRequest, defaults: CatalogRouteOptions['defaults']): {read: ReadOptions; body: NodeSpecificRequest} {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const name = request.suffix;
  if (name === '') throw missingName('node name');
  const MergeCentralConfig = request.query.has('merge-central-config');
  return {read, body: {...read, Node: name, PeerName: request.query.get('peer'), MergeCentralConfig}};
}

/** Addresses are only translated in answers from another datacenter. */
export function translates(isOn: boolean, read: ReadOptions, datacenter: string): boolean {
  return isOn && read.Datacenter !== datacenter;
}

/**
 * Where the agent's cache was asked for. An answer from the state itself is as fresh as a miss; one from a view that is kept
 * up to date is a hit of no age.
 */
export function withCacheHeader(read: ReadOptions, answer: Answer, {[wasCached]: isHit}: MaybeKept = {}): Answer {
  if (!read.UseCache) return answer;
  const headers = answer.headers ?? [];
  if (isHit === true) return {...answer, headers: [...headers, ['X-Cache', 'HIT'], ['Age', '0']]};
  const {source, ...unkept} = {...answer, headers: [...headers, ['X-Cache', 'MISS'] as const]};
  // The next one will be a hit: this answer is not to be given again.
  return isHit === false || source === undefined ? unkept : {...unkept, source};
}
