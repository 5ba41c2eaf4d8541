import {QueryMeta, QueryOptions, RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {duration, list, str} from '../schema/types.ts';

export const ServiceCheck = struct('ServiceCheck', {ID: str, Namespace: str});
export type ServiceCheck = TypeOf<typeof ServiceCheck>;

/** A holder of locks that lives as long as its node, its checks and its TTL (http-core.md §14). LockDelay in nanoseconds. */
export const Session = struct('Session', {
  ID: str,
  Name: str,
  Node: str,
  LockDelay: duration,
  Behavior: str,
  TTL: str,
  NodeChecks: list(str),
  ServiceChecks: list(ServiceCheck),
  // The name that NodeChecks had before 1.7: still read and stored, never shown.
  Checks: list(str).json(false).alias('Checks'),
  ...embed(RaftIndex),
});
export type Session = TypeOf<typeof Session>;

export const SessionRequest = struct('SessionRequest', {Datacenter: str, Op: str, Session, ...embed(WriteRequest)});
export type SessionRequest = TypeOf<typeof SessionRequest>;

export const SessionSpecificRequest = struct('SessionSpecificRequest', {
  Datacenter: str,
  SessionID: str,
  Session: str,
  ...embed(QueryOptions),
});
export type SessionSpecificRequest = TypeOf<typeof SessionSpecificRequest>;

export const IndexedSessions = struct('IndexedSessions', {Sessions: list(Session), ...embed(QueryMeta)});
export type IndexedSessions = TypeOf<typeof IndexedSessions>;
