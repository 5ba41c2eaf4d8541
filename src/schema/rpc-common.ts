import {message, unsigned} from './protobuf.ts';
import {embed, struct, type TypeOf} from './struct.ts';
import {bool, duration, int, map, str, uint} from './types.ts';

/** When a row was made and last changed: log indexes. */
export const RaftIndex = struct('RaftIndex', {CreateIndex: uint, ModifyIndex: uint});
export type RaftIndex = TypeOf<typeof RaftIndex>;

/** The same in protobuf, where rows embed it. */
export const raftIndexMessage = message<RaftIndex>(() => RaftIndex.zero(), (field) => [field(1, 'CreateIndex', unsigned), field(2, 'ModifyIndex', unsigned)]);

/** What every read carries (rpc-raft.md §7). Durations in nanoseconds. */
export const QueryOptions = struct('QueryOptions', {
  Token: str,
  MinQueryIndex: uint,
  MaxQueryTime: duration,
  AllowStale: bool,
  RequireConsistent: bool,
  UseCache: bool,
  MaxStaleDuration: duration,
  MaxAge: duration,
  MustRevalidate: bool,
  StaleIfError: duration,
  Filter: str,
  AllowNotModifiedResponse: bool,
});
export type QueryOptions = TypeOf<typeof QueryOptions>;

/** What every answer to a read carries; LastContact in nanoseconds. */
export const QueryMeta = struct('QueryMeta', {
  Index: uint,
  LastContact: duration,
  KnownLeader: bool,
  ConsistencyLevel: str,
  NotModified: bool,
  Backend: int,
  ResultsFilteredByACLs: bool,
});
export type QueryMeta = TypeOf<typeof QueryMeta>;

/** What every write carries. */
export const WriteRequest = struct('WriteRequest', {Token: str});
export type WriteRequest = TypeOf<typeof WriteRequest>;

/** Whose round-trip times sort a list (`?near=`). */
export const QuerySource = struct('QuerySource', {
  Datacenter: str,
  Segment: str,
  Node: str,
  NodePartition: str.omitEmpty(),
  DisableNode: bool,
  Ip: str,
});
export type QuerySource = TypeOf<typeof QuerySource>;

/** A read that needs no more than a datacenter. */
export const DCSpecificRequest = struct('DCSpecificRequest', {
  Datacenter: str,
  NodeMetaFilters: map(str),
  Source: QuerySource,
  PeerName: str,
  ...embed(QueryOptions),
});
export type DCSpecificRequest = TypeOf<typeof DCSpecificRequest>;

/** A read about one node. */
export const NodeSpecificRequest = struct('NodeSpecificRequest', {
  Datacenter: str,
  Node: str,
  PeerName: str,
  MergeCentralConfig: bool,
  ...embed(QueryOptions),
});
export type NodeSpecificRequest = TypeOf<typeof NodeSpecificRequest>;

/** Namespace and partition are of Consul Enterprise: the community edition has no such fields on the wire. */
export const EnterpriseMeta = struct('EnterpriseMeta', {}, {goType: 'acl.EnterpriseMeta'});
export type EnterpriseMeta = TypeOf<typeof EnterpriseMeta>;
