import {type Answer, boolAnswer, jsonAnswer, textAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise} from '../http/enterprise.ts';
import {readOptions, type ReadDefaults, writeOptions} from '../http/query-options.ts';
import {callReadWithMeta, readAnswer} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {list} from '../schema/types.ts';
import {crossDatacenter, missingNodeName, missingSession, unknownSession} from './errors.ts';
import {sessionApply, sessionGet, sessionList, sessionNodeSessions, sessionRenew} from './methods.ts';
import {Session, SessionRequest} from './schema.ts';
import {readCreateBody} from './http-create-body.ts';

export interface SessionRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  /** The agent's own node: sessions are bound to it unless they say otherwise. */
  readonly nodeName: string;
  readonly bodyBytesMax: number;
  /** Only a server's agent may create sessions in other datacenters. */
  readonly isServer: boolean;
}

const sessions = list(Session);

/** `/v1/session/` (http-core.md §14). */
export function sessionRoutes(options: SessionRouteOptions): readonly Route[] {
  return [
    {path: '/v1/session/create', methods: {PUT: (request) => create(options, request)}},
    {path: '/v1/session/destroy/', methods: {PUT: (request) => destroy(options, request)}},
    {path: '/v1/session/renew/', methods: {PUT: (request) => renew(options, request)}},
    {path: '/v1/session/info/', methods: {GET: (request) => info(options, request)}},
    {path: '/v1/session/node/', methods: {GET: (request) => ofNode(options, request)}},
    {path: '/v1/session/list', methods: {GET: (request) => all(options, request)}},
  ];
}

async function create({router, defaults, nodeName, bodyBytesMax, isServer}: SessionRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const body = (request.contentLength ?? 0) > 0 ? await request.body(bodyBytesMax) : undefined;
  const session = readCreateBody(body, nodeName);
  const options = writeOptions(request, defaults);
  if (!isServer && options.Datacenter !== defaults.datacenter) throw crossDatacenter();
  const id = await router.call(sessionApply, SessionRequest.make({...options, Op: 'create', Session: session}));
  const json = JSON.stringify({ID: id}, null, request.pretty ? 4 : 0);
  return jsonAnswer(json + request.jsonEnd);
}

async function destroy({router, defaults}: SessionRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = idOf(request);
  await router.call(sessionApply, SessionRequest.make({...writeOptions(request, defaults), Op: 'destroy', Session: Session.make({ID: id})}));
  return boolAnswer(request, true);
}

async function renew({router, defaults}: SessionRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = idOf(request);
  const read = readOptions(request, defaults);
  const reply = await router.call(sessionRenew, {SessionID: id, Session: id, ...read});
  if (reply.Sessions === null || reply.Sessions.length === 0) return textAnswer(404, unknownSession(id).message);
  return jsonAnswer(sessions.toJson(reply.Sessions, {pretty: request.pretty}) + request.jsonEnd);
}

async function info({router, defaults}: SessionRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = idOf(request);
  const read = readOptions(request, defaults);
  const reply = await callReadWithMeta(router, sessionGet, {SessionID: id, Session: id, ...read}, request);
  return readAnswer(request, read, reply, (pretty) => sessions.jsonParts(reply.Sessions ?? [], {pretty}));
}

async function ofNode({router, defaults}: SessionRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const Node = request.suffix;
  const read = readOptions(request, defaults);
  if (Node === '') throw missingNodeName();
  const reply = await callReadWithMeta(router, sessionNodeSessions, {Node, PeerName: '', MergeCentralConfig: false, ...read}, request);
  return readAnswer(request, read, reply, (pretty) => sessions.jsonParts(reply.Sessions ?? [], {pretty}));
}

async function all({router, defaults}: SessionRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const read = readOptions(request, defaults);
  const reply = await callReadWithMeta(router, sessionList, {SessionID: '', Session: '', ...read}, request);
  return readAnswer(request, read, reply, (pretty) => sessions.jsonParts(reply.Sessions ?? [], {pretty}));
}

function idOf(request: ApiRequest): string {
  refuseEnterprise(request);
  const id = request.suffix;
  if (id === '') throw missingSession();
  return id;
}
