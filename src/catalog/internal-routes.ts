import {type Answer, jsonAnswer, missingAnswer, textAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise} from '../http/enterprise.ts';
import {partsOf} from '../http/json-parts.ts';
import {readOptions} from '../http/query-options.ts';
import {callUiRead, readAnswer} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {DCSpecificRequest, NodeSpecificRequest} from '../schema/rpc-common.ts';
import {jsonArrayParts} from '../schema/long-values.ts';
import {list} from '../schema/types.ts';
import {missingName} from './errors.ts';
import {CatalogSummary, ServiceDumpRequest} from './internal-schema.ts';
import {each} from './json-answers.ts';
import {internalCatalogOverview, internalNodeDump, internalNodeInfo, internalServiceDump} from './methods.ts';
import {NodeInfo} from './requests.ts';
import {type CatalogRouteOptions} from './http-request.ts';
import {serviceListings, ServiceListing} from './service-summaries.ts';

const listingList = list(ServiceListing);

export interface InternalRouteOptions extends CatalogRouteOptions {
  /** The web UI is served by this agent. */
  readonly uiEnabled: boolean;
}

/** What the web UI asks for, and no other client should: `/v1/internal/ui/` (http-core.md §19). */
export function internalRoutes(options: InternalRouteOptions): readonly Route[] {
  return [
    {path: '/v1/internal/ui/nodes', methods: {GET: (request) => nodes(options, request)}},
    {path: '/v1/internal/ui/node/', methods: {GET: (request) => node(options, request)}},
    {path: '/v1/internal/ui/services', methods: {GET: (request) => services(options, request)}},
    {path: '/v1/internal/ui/catalog-overview', methods: {GET: (request) => overview(options, request)}},
    {path: '/v1/internal/ui/metrics-proxy/', methods: {GET: () => metrics(options)}},
  ];
}

async function nodes({router, defaults}: InternalRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const body = DCSpecificRequest.make({...read, PeerName: request.query.get('peer')});
  const reply = await callUiRead(router, internalNodeDump, body, request);
  return readAnswer(request, read, reply, (pretty) =>
    jsonArrayParts(NodeInfo, each([...(reply.Dump ?? []), ...(reply.ImportedDump ?? [])], shown), {pretty}));
}

async function node({router, defaults}: InternalRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const Node = request.suffix;
  if (Node === '') throw missingName('node name');
  const body = NodeSpecificRequest.make({...read, Node, PeerName: request.query.get('peer')});
  const reply = await callUiRead(router, internalNodeInfo, body, request);
  const [found] = reply.Dump ?? [];
  if (found === undefined) return missingAnswer();
  return readAnswer(request, read, reply, (pretty) => NodeInfo.jsonParts(shown(found), {pretty}));
}

async function services({router, defaults}: InternalRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const body = ServiceDumpRequest.make({...read, PeerName: request.query.get('peer')});
  const reply = await callUiRead(router, internalServiceDump, body, request);
  return readAnswer(request, read, reply, (pretty) => {
    const instances = [...(reply.Nodes ?? []), ...(reply.ImportedNodes ?? [])];
    return partsOf(serviceListings(instances, reply.Gateways ?? [], read.Datacenter), (listings) => listingList.jsonParts(listings, {pretty}));
  });
}

async function overview({router, defaults}: InternalRouteOptions, request: ApiRequest): Promise<Answer> {
  const summary = await router.call(internalCatalogOverview, DCSpecificRequest.make(readOptions(request, defaults)));
  return jsonAnswer(CatalogSummary.toJson(summary, {pretty: request.pretty}) + request.jsonEnd);
}

/** The UI's way to a metrics server has not been built (docs/compatibility.md): an agent without one says the same. */
function metrics({uiEnabled}: InternalRouteOptions): Answer {
  return textAnswer(404, uiEnabled ? 'Metrics proxy is not enabled' : 'UI is not enabled');
}

/** Lists of services and checks are never null here; those of tags may be. */
function shown(info: NodeInfo): NodeInfo {
  return {...info, Services: info.Services ?? [], Checks: info.Checks ?? []};
}
