import {type ApiClient, ApiError, keyPath, unexpected} from '../../api-client.ts';
import {decodePairs, type KvPair} from '../kv/kv-pair.ts';

const NOT_FOUND = 404;
const SERVER_ERROR_MIN = 500;

export interface KvRead {
  readonly entries: readonly KvPair[];
  readonly index: number;
}

export interface KvReadOptions {
  readonly recurse?: boolean;
  /** Only the leader's own word counts. */
  readonly consistent?: boolean;
  /** Wait until the answer's index is beyond this one… */
  readonly index?: number;
  /** …for at most so long. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** Reads a key, or all below a prefix. What is not there is an empty list. @throws ApiError */
export async function readKv(client: ApiClient, key: string, {recurse, consistent, index, waitMs, signal}: KvReadOptions): Promise<KvRead> {
  const answer = await client.send('GET', `/v1/kv/${keyPath(key)}`, {
    query: {
      ...(recurse === true && {recurse: ''}),
      ...(consistent === true && {consistent: ''}),
      ...(index !== undefined && index > 0 && {index: String(index)}),
      ...(waitMs !== undefined && {wait: `${Math.max(1, Math.floor(waitMs))}ms`}),
    },
    ...(signal !== undefined && {signal}),
  });
  if (answer.status !== 200 && answer.status !== NOT_FOUND) throw unexpected(answer);
  return {
    entries: answer.status === NOT_FOUND ? [] : decodePairs(answer.body),
    index: Number(answer.headers['x-consul-index'] ?? 0),
  };
}

/** An error that may pass: nobody answered, or a server could not. */
export function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.status === undefined || error.status >= SERVER_ERROR_MIN);
}
