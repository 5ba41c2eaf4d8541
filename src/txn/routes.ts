import {type Answer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {jsonBody} from '../http/json-body.ts';
import {metaHeaders} from '../http/query-meta.ts';
import {type ReadDefaults, readOptions, writeOptions} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {textOfByteString} from '../wire/byte-string.ts';
import {operationOf, TxnBody} from './http-body.ts';
import {parseFailed, requestTooLarge, tooManyOperations, valueTooLarge} from './errors.ts';
import {txnApply, txnRead} from './methods.ts';
import {isWrite} from './operation-rights.ts';
import {type TxnOp, TxnReadResponse, TxnResponse} from './schema.ts';

export interface TxnRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  readonly bodyBytesMax: number;
  readonly valueBytesMax: number;
}

const operationsMax = 128;

/** `/v1/txn` (http-core.md §13). */
export function txnRoutes(options: TxnRouteOptions): readonly Route[] {
  return [{path: '/v1/txn', methods: {PUT: (request) => transact(options, request)}}];
}

async function transact(options: TxnRouteOptions, request: ApiRequest): Promise<Answer> {
  const {router, defaults} = options;
  const Ops = await operations(options, request);
  if (Ops.some(isWrite)) {
    const reply = await router.call(txnApply, {...writeOptions(request, defaults), Ops});
    const json = TxnResponse.toJson(reply, {pretty: request.pretty}) + request.jsonEnd;
    return {...jsonAnswer(json), status: reply.Errors === null ? 200 : 409};
  }
  const reply = await router.call(txnRead, {...readOptions(request, defaults), MinQueryIndex: 0, Ops});
  const json = TxnReadResponse.toJson(reply, {pretty: request.pretty}) + request.jsonEnd;
  const headers = metaHeaders(reply).filter(([name]) => name === 'X-Consul-Knownleader' || name === 'X-Consul-Lastcontact');
  return {...jsonAnswer(json, headers), status: reply.Errors === null ? 200 : 409};
}

async function operations({defaults, bodyBytesMax, valueBytesMax}: TxnRouteOptions, request: ApiRequest): Promise<readonly TxnOp[]> {
  const announced = request.contentLength ?? 0;
  const maxBytes = Math.max(bodyBytesMax, valueBytesMax);
  if (announced > maxBytes) throw requestTooLarge(announced, maxBytes);
  const body = await jsonBody(request, TxnBody, maxBytes, parseFailed);
  const count = body?.length ?? 0;
  if (count > operationsMax) throw tooManyOperations(count, operationsMax);
  const {Datacenter} = writeOptions(request, defaults);
  const ops = (body ?? []).flatMap((op) => (op === null ? [] : (operationOf(op, Datacenter) ?? [])));
  for (const {KV} of ops) {
    if (KV !== null && KV.DirEnt.Value.length > valueBytesMax) {
      throw valueTooLarge(textOfByteString(KV.DirEnt.Key), KV.DirEnt.Value.length, valueBytesMax);
    }
  }
  return ops;
}
