import {keptReply, type MaybeKept} from '../rpc/kept-reply.ts';
import {type Method} from '../rpc/method.ts';
import {type Router} from '../rpc/router.ts';
import {type Answer, jsonAnswer} from './answer.ts';
import {type ApiRequest} from './api-request.ts';
import {FailedRead} from './error-answer.ts';
import {metaHeaders, type ReadMeta} from './query-meta.ts';
import {type ReadOptions} from './query-options.ts';

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
 * The JSON answer of a read. What the reply was kept as keeps its encodings too; a plain read may be answered again from
 * memory until it changes.
 * @param form names the encoding, where one kept answer has several
 */
export function readAnswer(request: ApiRequest, options: ReadOptions, reply: ReadMeta & MaybeKept, encode: (pretty: boolean) => string, form = ''): Answer {
  const bytes = (): Buffer => Buffer.from(encode(request.pretty) + request.jsonEnd);
  const kept = reply[keptReply];
  const body = kept?.encoding(`${form}${request.pretty ? `pretty${request.jsonEnd}` : 'json'}`, bytes) ?? bytes();
  const isPlain = options.MinQueryIndex === 0 && !options.AllowStale && !options.RequireConsistent;
  return {...jsonAnswer(body, metaHeaders(reply)), ...(kept !== undefined && isPlain && {source: kept.watch})};
}

/** The consistency of a read, for the endpoints that name it in their answers (http-core.md §1.4). */
export function withConsistency<Res extends ReadMeta>(reply: Res, {AllowStale, RequireConsistent}: ReadOptions): Res {
  return {...reply, ConsistencyLevel: RequireConsistent ? 'consistent' : AllowStale ? 'stale' : 'leader'};
}
