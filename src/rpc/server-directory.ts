import {type DialTarget} from './net/dial.ts';

/** A server as gossip knows it: a member whose tags say so (rpc-raft.md §6). */
export interface KnownServer extends DialTarget {
  /** Its node id, which is its id in Raft. */
  readonly id: string;
}

/** Where servers are, in this datacenter and in others. Gossip keeps it up to date. */
export interface ServerDirectory {
  /** The servers of a datacenter that are believed alive; undefined for a datacenter that nobody knows. */
  servers(datacenter: string): readonly KnownServer[] | undefined;
}
