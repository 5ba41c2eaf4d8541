import {type Answer, boolAnswer, missingAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise} from '../http/enterprise.ts';
import {metaHeaders} from '../http/query-meta.ts';
import {type ReadDefaults, readOptions, type ReadOptions, writeOptions} from '../http/query-options.ts';
import {callRead, readAnswer} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {list, byteStr} from '../schema/types.ts';
import {type ByteString, byteStringOf} from '../wire/byte-string.ts';
import {badUint, conflictingFlags, missingKeyName, valueTooLarge} from './errors.ts';
import {kvsApply, kvsGet, kvsList, kvsListKeys} from './methods.ts';
import {DirEntry} from './schema.ts';

export interface KvRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  readonly valueBytesMax: number;
  /** What a chunked request, which announces no length, may hold at most: a limit of ours. */
  readonly chunkedBytesMax: number;
}

const entryList = list(DirEntry);
const keyList = list(byteStr);

/** `/v1/kv/` (http-core.md §12). */
export function kvRoutes(options: KvRouteOptions): readonly Route[] {
  const methods = {
    GET: (request: ApiRequest) => getKey(options, request),
    PUT: (request: ApiRequest) => putKey(options, request),
    DELETE: (request: ApiRequest) => deleteKey(options, request),
  };
  return [{path: '/v1/kv/', methods}];
}

async function getKey(options: KvRouteOptions, request: ApiRequest): Promise<Answer> {
  const {router, defaults} = options;
  const key = request.suffixBytes;
  const read = readOptions(request, defaults);
  if (request.query.has('keys')) return getKeys(options, request, key, read);
  const recurse = request.query.has('recurse');
  if (key === '' && !recurse) throw missingKeyName();
  refuseEnterprise(request);
  const reply = await callRead(router, recurse ? kvsList : kvsGet, {Key: key, ...read}, request);
  const headers = metaHeaders(reply);
  const entries = reply.Entries;
  if (entries === null || entries.length === 0) return missingAnswer(headers);
  if (request.query.has('raw') && !recurse) return rawAnswer(entries[0]?.Value ?? '', headers);
  return readAnswer(request, read, reply, (pretty) => entryList.jsonParts(entries, {pretty}));
}

async function getKeys({router}: KvRouteOptions, request: ApiRequest, key: ByteString, read: ReadOptions): Promise<Answer> {
  refuseEnterprise(request);
  const separator = request.query.get('separator') || request.query.get('seperator');
  const body = {Prefix: key, Seperator: byteStringOf(Buffer.from(separator)), ...read};
  const reply = await callRead(router, kvsListKeys, body, request);
  const headers = metaHeaders(reply);
  const keys = reply.Keys ?? [];
  if (keys.length === 0 && key !== '') return missingAnswer(headers);
  return readAnswer(request, read, reply, (pretty) => keyList.jsonParts(keys, {pretty}));
}

/** The bytes themselves, and headers that keep a browser from running them. */
function rawAnswer(value: ByteString, headers: Answer['headers']): Answer {
  return {
    status: 200,
    body: Buffer.from(value, 'latin1'),
    contentType: 'text/plain',
    headers: [...(headers ?? []), ['X-Content-Type-Options', 'nosniff'], ['Content-Security-Policy', 'sandbox']],
  };
}

async function putKey({router, defaults, valueBytesMax, chunkedBytesMax}: KvRouteOptions, request: ApiRequest): Promise<Answer> {
  const key = request.suffixBytes;
  const target = targetOf(request, defaults);
  if (key === '') throw missingKeyName();
  refuseConflict(request, ['cas', 'acquire', 'release']);
  const {query} = request;
  const Flags = query.has('flags') ? uint64Of(query.get('flags')) : 0n;
  const cas = query.has('cas') ? uint64Of(query.get('cas')) : undefined;
  const [Op, Session] = lockOperation(request, cas);
  if ((request.contentLength ?? 0) > valueBytesMax) throw valueTooLarge(request.contentLength ?? 0, valueBytesMax);
  const value = await request.body(chunkedBytesMax, (bytes) => valueTooLarge(bytes, chunkedBytesMax));
  const DirEnt = DirEntry.make({Key: key, Flags, Value: value.toString('latin1'), Session, ModifyIndex: indexOf(cas)});
  const done = await router.call(kvsApply, {...target, Op, DirEnt});
  return boolAnswer(request, Op === 'set' || done);
}

/** Where a write goes, and as whom. The options of a read mean nothing to it, yet a bad one is refused all the same. */
function targetOf(request: ApiRequest, defaults: ReadDefaults): {Datacenter: string; Token: string} {
  const {Datacenter, Token} = request.isPlain ? writeOptions(request, defaults) : readOptions(request, defaults);
  refuseEnterprise(request);
  return {Datacenter, Token};
}

function lockOperation({query}: ApiRequest, cas: bigint | undefined): [op: string, session: string] {
  if (cas !== undefined) return ['cas', ''];
  if (query.has('acquire')) return ['lock', query.get('acquire')];
  if (query.has('release')) return ['unlock', query.get('release')];
  return ['set', ''];
}

async function deleteKey({router, defaults}: KvRouteOptions, request: ApiRequest): Promise<Answer> {
  const key = request.suffixBytes;
  const target = targetOf(request, defaults);
  const recurse = request.query.has('recurse');
  if (key === '' && !recurse) throw missingKeyName();
  refuseConflict(request, ['recurse', 'cas']);
  const cas = request.query.has('cas') ? uint64Of(request.query.get('cas')) : undefined;
  const Op = recurse ? 'delete-tree' : cas === undefined ? 'delete' : 'delete-cas';
  const DirEnt = DirEntry.make({Key: key, ModifyIndex: indexOf(cas)});
  const done = await router.call(kvsApply, {...target, Op, DirEnt});
  return boolAnswer(request, Op !== 'delete-cas' || done);
}

function refuseConflict({query}: ApiRequest, names: readonly string[]): void {
  if (names.filter((name) => query.has(name)).length > 1) throw conflictingFlags(query.encode());
}

function uint64Of(text: string): bigint {
  if (!/^[0-9]+$/.test(text)) throw badUint(text, 'invalid syntax');
  const value = BigInt(text);
  if (value > 0xffff_ffff_ffff_ffffn) throw badUint(text, 'value out of range');
  return value;
}

/** A CAS index. One beyond 2^53 equals no index there is, and is sent as one that none will reach. */
function indexOf(cas: bigint | undefined): number {
  return cas === undefined ? 0 : Number(cas > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : cas);
}
