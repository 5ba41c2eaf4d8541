import {type Answer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise} from '../http/enterprise.ts';
import {readOptions, type ReadOptions} from '../http/query-options.ts';
import {callRead, callReadAtLevel, readAnswer, withConsistency} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {translates, withCacheHeader} from './catalog-routes.ts';
import {missingName} from './errors.ts';
import {instanceFilter} from './filters.ts';
import {checkServiceNodesJson, checksJson, translatedNode, translatedService} from './json-answers.ts';
import {healthChecksInState, healthNodeChecks, healthServiceChecks, healthServiceNodes} from './methods.ts';
import {ChecksInStateRequest, type IndexedHealthChecks, type ServiceSpecificRequest} from './requests.ts';
import {type CheckServiceNode} from './schema.ts';
import {isStreamed} from './streamed.ts';
import {type CatalogRouteOptions, healthFilterOf, nodeMetaOf, serviceRequestOf, sourceOf} from './http-request.ts';
import {type MaybeKept} from '../rpc/kept-reply.ts';
import {isTooStale, ofTheLeader} from '../rpc/staleness.ts';

type Access = 'service' | 'connect' | 'ingress';

/** `/v1/health/` (http-core.md §11). */
export function healthRoutes(options: CatalogRouteOptions): readonly Route[] {
  return [
    {path: '/v1/health/node/', methods: {GET: (request) => nodeChecks(options, request)}},
    {path: '/v1/health/checks/', methods: {GET: (request) => serviceChecks(options, request)}},
    {path: '/v1/health/state/', methods: {GET: (request) => checksInState(options, request)}},
    {path: '/v1/health/service/', methods: {GET: (request) => instances(options, request, 'service')}},
    {path: '/v1/health/connect/', methods: {GET: (request) => instances(options, request, 'connect')}},
    {path: '/v1/health/ingress/', methods: {GET: (request) => instances(options, request, 'ingress')}},
  ];
}

async function nodeChecks({router, defaults}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const Node = request.suffix;
  if (Node === '') throw missingName('node name');
  const reply = await callReadAtLevel(router, healthNodeChecks, {...read, Node, PeerName: '', MergeCentralConfig: false}, request);
  return checksAnswer(request, read, reply);
}

async function serviceChecks({router, defaults, nodeName}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const ServiceName = request.suffix;
  if (ServiceName === '') throw missingName('service name');
  const body = {...serviceRequestOf(request, read, sourceOf(request, defaults, nodeName)), ServiceName};
  return checksAnswer(request, read, await callReadAtLevel(router, healthServiceChecks, body, request));
}

async function checksInState({router, defaults, nodeName}: CatalogRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const State = request.suffix;
  if (State === '') throw missingName('check state');
  const Source = sourceOf(request, defaults, nodeName);
  const body = ChecksInStateRequest.make({...read, State, Source, NodeMetaFilters: nodeMetaOf(request)});
  return checksAnswer(request, read, await callReadAtLevel(router, healthChecksInState, body, request));
}

function checksAnswer(request: ApiRequest, read: ReadOptions, reply: IndexedHealthChecks & MaybeKept): Promise<Answer> {
  return readAnswer(request, read, reply, (pretty) => checksJson(reply.HealthChecks ?? [], pretty));
}

async function instances(options: CatalogRouteOptions, request: ApiRequest, access: Access): Promise<Answer> {
  const {router, defaults, nodeName, translateWanAddresses, saysStreaming} = options;
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const ServiceName = request.suffix;
  if (ServiceName === '') throw missingName('service name');
  const body: ServiceSpecificRequest = {
    ...serviceRequestOf(request, read, sourceOf(request, defaults, nodeName)),
    ServiceName,
    Connect: access === 'connect',
    Ingress: access === 'ingress',
    HealthFilterType: healthFilterOf(request),
  };
  const streamed = saysStreaming && isStreamed(body);
  // Who answers from a stream filters for himself, and says what is wrong with an expression without a word before it.
  if (streamed) instanceFilter.compile(body.Filter, '');
  // A stream is of the server that the agent has at hand, which need not lead.
  const asked = streamed ? {...body, AllowStale: true} : body;
  const first = await callRead(router, healthServiceNodes, asked, request);
  const reply = withConsistency(isTooStale(read, first) && !streamed ? await callRead(router, healthServiceNodes, ofTheLeader(body), request) : first, read);
  const shown = streamed ? {...reply, Backend: 1, KnownLeader: false, LastContact: 0} : reply;
  const translate = translates(translateWanAddresses, read, defaults.datacenter);
  const answer = await readAnswer(request, read, shown, (pretty) => {
    const rows = reply.Nodes ?? [];
    return checkServiceNodesJson(translate ? rows.map(translated) : rows, pretty);
  });
  return withCacheHeader(read, answer, reply);
}

function translated({Node, Service, Checks}: CheckServiceNode): CheckServiceNode {
  return {Node: Node === null ? null : translatedNode(Node), Service: Service === null ? null : translatedService(Service), Checks};
}
