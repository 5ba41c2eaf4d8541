import {Readable} from 'node:stream';
import {keptReply, type MaybeKept} from '../rpc/kept-reply.ts';
import {type Method} from '../rpc/method.ts';
import {type Router} from '../rpc/router.ts';
import {isTooStale, ofTheLeader} from '../rpc/staleness.ts';
import {type Answer, jsonAnswer} from './answer.ts';
import {type ApiRequest} from './api-request.ts';
import {FailedRead} from './error-answer.ts';
import {metaHeaders, type ReadMeta} from './query-meta.ts';
import {type ReadOptions} from './query-options.ts';
import {bodyOfParts} from './json-parts.ts';

/** Sends a read on its way; one that may block is given up when the client goes away. */
export function callRead<Req extends ReadOptions, Res extends object>(
  router: Router,
  method: Method<Req, Res>,
  body: Req,
  request: ApiRequest,
): Promise<Res & MaybeKept> {
  return router.call(method, body, body.MinQueryIndex > 0 ? request.signal : undefined);
}

/** As `callRead`, for endpoints whose errors carry the headers of an empty answer (http-core.md §1.4). */
export async function callReadWithMeta<Req extends ReadOptions, Res extends object>(
  router: Router,
  method: Method<Req, Res>,
  body: Req,
  request: ApiRequest,
): Promise<Res & MaybeKept> {
  try {
    return await callRead(router, method, body, request);
  } catch (error) {
    throw new FailedRead(error);
  }
}

/**
 * As `callReadWithMeta`, for endpoints that name the consistency of their answers. What is older than `max_stale` allows is
 * asked of the leader (http-core.md §2).
 */
export async function callReadAtLevel<Req extends ReadOptions, Res extends ReadMeta>(
  router: Router,
  method: Method<Req, Res>,
  body: Req,
  request: ApiRequest,
): Promise<Res & MaybeKept> {
  const reply = await callReadWithMeta(router, method, body, request);
  if (!isTooStale(body, reply)) return withConsistency(reply, body);
  const again = ofTheLeader(body);
  try {
    return withConsistency(await callRead(router, method, again, request), again);
  } catch (error) {
    throw new FailedRead(error, metaHeaders(reply));
  }
}

/**
 * As `callReadAtLevel`, for endpoints that Consul may answer from its agent's cache: what is asked for with `cached` may
 * come from any server, however its consistency is called.
 */
export async function callCacheableRead<Req extends ReadOptions, Res extends ReadMeta>(
  router: Router,
  method: Method<Req, Res>,
  body: Req,
  request: ApiRequest,
): Promise<Res & MaybeKept> {
  if (!body.UseCache) return callReadAtLevel(router, method, body, request);
  return withConsistency(await callReadWithMeta(router, method, {...body, AllowStale: true}, request), body);
}

/** As `callReadWithMeta`, but while there is no leader any server's answer will do. */
export async function callUiRead<Req extends ReadOptions, Res extends object>(
  router: Router,
  method: Method<Req, Res>,
  body: Req,
  request: ApiRequest,
): Promise<Res & MaybeKept> {
  try {
    return await callRead(router, method, body, request);
  } catch (error) {
    const isLeaderless = error instanceof Error && error.message.includes('No cluster leader');
    if (!isLeaderless || body.AllowStale || body.RequireConsistent) throw new FailedRead(error);
    return callReadWithMeta(router, method, {...body, AllowStale: true}, request);
  }
}

/**
 * The JSON answer of a read. What the reply was kept as keeps its encodings too; a plain read may be answered again from
 * memory until it changes.
 * @param form names the encoding, where one kept answer has several
 */
export async function readAnswer(request: ApiRequest, options: ReadOptions, reply: ReadMeta & MaybeKept, encode: EncodeJson, form = ''): Promise<Answer> {
  const kept = reply[keptReply];
  const make = (): Buffer | Promise<Buffer | Readable> => {
    const json = encode(request.pretty);
    return typeof json === 'string' ? Buffer.from(json + request.jsonEnd) : bodyOfParts(json, request.jsonEnd);
  };
  const body = await (kept?.encodingInTurns(`${form}${request.pretty ? `pretty${request.jsonEnd}` : 'json'}`, make) ?? make());
  const answer = bodyAnswer(body, metaHeaders(reply));
  if (answer.body instanceof Readable) return answer;
  const isPlain = options.MinQueryIndex === 0 && !options.AllowStale && !options.RequireConsistent;
  return {...answer, ...(kept !== undefined && isPlain && {source: kept.watch})};
}

/** The JSON answer of what is not kept, made in parts. */
export async function partsAnswer(request: ApiRequest, parts: Iterable<string>, headers?: Answer['headers']): Promise<Answer> {
  return bodyAnswer(await bodyOfParts(parts, request.jsonEnd), headers);
}

function bodyAnswer(body: Buffer | Readable, headers?: Answer['headers']): Answer {
  return {...jsonAnswer(body, headers), ...(body instanceof Readable && {compressible: true})};
}

/** An answer's JSON: whole, or in parts that are each made quickly where it may be long. */
export type EncodeJson = (pretty: boolean) => string | Iterable<string>;

/** The consistency of a read, for the endpoints that name it in their answers (http-core.md §1.4). */
export function withConsistency<Res extends ReadMeta>(reply: Res, {AllowStale, RequireConsistent}: ReadOptions): Res {
  return {...reply, ConsistencyLevel: RequireConsistent ? 'consistent' : AllowStale ? 'stale' : 'leader'};
}
