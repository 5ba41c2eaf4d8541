import {HealthCheck, Node, NodeService} from '../catalog/schema.ts';
import {DirEntry} from '../kv/schema.ts';
import {QueryMeta, QueryOptions, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {any, int, list, map, nullable, str} from '../schema/types.ts';
import {Session} from '../session/schema.ts';

export const TxnKVOp = struct('TxnKVOp', {Verb: str, DirEnt: DirEntry});
export type TxnKVOp = TypeOf<typeof TxnKVOp>;
export const TxnNodeOp = struct('TxnNodeOp', {Verb: str, Node});
export type TxnNodeOp = TypeOf<typeof TxnNodeOp>;
export const TxnServiceOp = struct('TxnServiceOp', {Verb: str, Node: str, Service: NodeService});
export type TxnServiceOp = TypeOf<typeof TxnServiceOp>;
export const TxnCheckOp = struct('TxnCheckOp', {Verb: str, Check: HealthCheck});
export type TxnCheckOp = TypeOf<typeof TxnCheckOp>;
export const TxnSessionOp = struct('TxnSessionOp', {Verb: str, Session});

/** One operation of a transaction: exactly one of its fields is there (http-core.md §13). */
export const TxnOp = struct('TxnOp', {
  KV: nullable(TxnKVOp),
  Node: nullable(TxnNodeOp),
  Service: nullable(TxnServiceOp),
  Check: nullable(TxnCheckOp),
  Session: nullable(TxnSessionOp),
  Intention: map(any),
});
export type TxnOp = TypeOf<typeof TxnOp>;

export const TxnRequest = struct('TxnRequest', {Datacenter: str, Ops: list(TxnOp), ...embed(WriteRequest)});
export type TxnRequest = TypeOf<typeof TxnRequest>;

export const TxnReadRequest = struct('TxnReadRequest', {Datacenter: str, Ops: list(TxnOp), ...embed(QueryOptions)});
export type TxnReadRequest = TypeOf<typeof TxnReadRequest>;

export const TxnError = struct('TxnError', {OpIndex: int, What: str});
export type TxnError = TypeOf<typeof TxnError>;

export const TxnResult = struct('TxnResult', {
  KV: nullable(DirEntry).omitEmpty(),
  Node: nullable(Node).omitEmpty(),
  Service: nullable(NodeService).omitEmpty(),
  Check: nullable(HealthCheck).omitEmpty(),
});
export type TxnResult = TypeOf<typeof TxnResult>;

/** What became of a transaction: results in the order of the operations, or what each failing one failed with. */
export const TxnResponse = struct('TxnResponse', {Results: list(TxnResult), Errors: list(TxnError)});
export type TxnResponse = TypeOf<typeof TxnResponse>;

export const TxnReadResponse = struct('TxnReadResponse', {...embed(TxnResponse), ...embed(QueryMeta)});
export type TxnReadResponse = TypeOf<typeof TxnReadResponse>;
