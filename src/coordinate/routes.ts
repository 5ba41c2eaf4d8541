import {type Answer, emptyAnswer, jsonAnswer, missingAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise, refusePartition} from '../http/enterprise.ts';
import {jsonBody} from '../http/json-body.ts';
import {type ReadDefaults, readOptions, writeOptions} from '../http/query-options.ts';
import {callReadWithMeta, readAnswer} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {DCSpecificRequest, NodeSpecificRequest} from '../schema/rpc-common.ts';
import {list} from '../schema/types.ts';
import {coordinateListDatacenters, coordinateListNodes, coordinateNode, coordinateUpdate} from './methods.ts';
import {CoordinateUpdateRequest, DatacenterMap, NodeCoordinate} from './schema.ts';

export interface CoordinateRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  readonly bodyBytesMax: number;
}

const coordinates = list(NodeCoordinate);
const datacenterMaps = list(DatacenterMap);

/** `/v1/coordinate/` (http-core.md §16). */
export function coordinateRoutes(options: CoordinateRouteOptions): readonly Route[] {
  return [
    {path: '/v1/coordinate/datacenters', methods: {GET: (request) => datacenters(options, request)}},
    {path: '/v1/coordinate/nodes', methods: {GET: (request) => nodes(options, request)}},
    {path: '/v1/coordinate/node/', methods: {GET: (request) => node(options, request)}},
    {path: '/v1/coordinate/update', methods: {PUT: (request) => update(options, request)}},
  ];
}

async function datacenters({router}: CoordinateRouteOptions, request: ApiRequest): Promise<Answer> {
  const maps = await router.call(coordinateListDatacenters, {});
  return jsonAnswer(datacenterMaps.toJson(maps ?? [], {pretty: request.pretty}) + request.jsonEnd);
}

async function nodes({router, defaults}: CoordinateRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  const read = readOptions(request, defaults);
  const reply = await callReadWithMeta(router, coordinateListNodes, DCSpecificRequest.make(read), request);
  const shown = ofSegment(reply.Coordinates, request);
  return readAnswer(request, read, reply, (pretty) => coordinates.jsonParts(shown, {pretty}), segmentForm(request));
}

async function node({router, defaults}: CoordinateRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  const read = readOptions(request, defaults);
  const reply = await callReadWithMeta(router, coordinateNode, NodeSpecificRequest.make({...read, Node: request.suffix}), request);
  const shown = ofSegment(reply.Coordinates, request);
  if (shown.length === 0) return missingAnswer();
  return readAnswer(request, read, reply, (pretty) => coordinates.jsonParts(shown, {pretty}), segmentForm(request));
}

async function update({router, defaults, bodyBytesMax}: CoordinateRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const body = await jsonBody(request, CoordinateUpdateRequest, bodyBytesMax);
  const write = writeOptions(request, defaults);
  await router.call(coordinateUpdate, {...body, ...write, Datacenter: body.Datacenter || write.Datacenter});
  return emptyAnswer;
}

/** With `segment`, only of exactly that segment. */
function ofSegment(rows: readonly NodeCoordinate[] | null, request: ApiRequest): readonly NodeCoordinate[] {
  const all = rows ?? [];
  return request.query.has('segment') ? all.filter(({Segment}) => Segment === request.query.get('segment')) : all;
}

function segmentForm(request: ApiRequest): string {
  return request.query.has('segment') ? `segment${request.query.get('segment')}\0` : '';
}
