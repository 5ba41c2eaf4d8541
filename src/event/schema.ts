import {QueryMeta, QueryOptions} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {binary, bytes, int, str, uint} from '../schema/types.ts';

/** A user event as people see it (http-core.md §15). LTime is 0 until it has come back from the pool. */
export const UserEvent = struct('UserEvent', {
  ID: str,
  Name: str,
  Payload: bytes,
  NodeFilter: str,
  ServiceFilter: str,
  TagFilter: str,
  Version: int,
  LTime: uint,
});
export type UserEvent = TypeOf<typeof UserEvent>;

/** What the payload of the Serf event holds, in msgpack's new form; empty fields but ID, name and version are left out (gossip.md §15.6). */
export const WireEvent = struct('UserEvent', {ID: str, n: str, p: binary, nf: str, sf: str, tf: str, v: int});
export type WireEvent = TypeOf<typeof WireEvent>;

export const EventFireRequest = struct('EventFireRequest', {Datacenter: str, Name: str, Payload: bytes, ...embed(QueryOptions)});
export type EventFireRequest = TypeOf<typeof EventFireRequest>;

export const EventFireResponse = struct('EventFireResponse', {...embed(QueryMeta)});
export type EventFireResponse = TypeOf<typeof EventFireResponse>;
