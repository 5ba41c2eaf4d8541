import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, list, map, nullable, str} from '../schema/types.ts';

export const QueryFailoverTarget = struct('QueryFailoverTarget', {Peer: str, Datacenter: str});
export const QueryFailoverOptions = struct('QueryFailoverOptions', {
  NearestN: int,
  Datacenters: list(str),
  Targets: list(QueryFailoverTarget),
});

/** Which instances a prepared query finds (http-core.md §18). */
export const ServiceQuery = struct('ServiceQuery', {
  Service: str,
  SamenessGroup: str,
  Failover: QueryFailoverOptions,
  OnlyPassing: bool,
  IgnoreCheckIDs: list(str),
  Near: str,
  Tags: list(str),
  NodeMeta: map(str),
  ServiceMeta: map(str),
  Connect: bool,
  Peer: str,
});
export type ServiceQuery = TypeOf<typeof ServiceQuery>;

export const QueryDNSOptions = struct('QueryDNSOptions', {TTL: str});

export const QueryTemplateOptions = struct('QueryTemplateOptions', {Type: str, Regexp: str, RemoveEmptyTags: bool});

export const PreparedQuery = struct('PreparedQuery', {
  ID: str,
  Name: str,
  Session: str,
  Token: str,
  Template: QueryTemplateOptions,
  Service: ServiceQuery,
  DNS: QueryDNSOptions,
  ...embed(RaftIndex),
});
export type PreparedQuery = TypeOf<typeof PreparedQuery>;

export const PreparedQueryRequest = struct('PreparedQueryRequest', {
  Datacenter: str,
  Op: str,
  Query: nullable(PreparedQuery),
  ...embed(WriteRequest),
});
export type PreparedQueryRequest = TypeOf<typeof PreparedQueryRequest>;
