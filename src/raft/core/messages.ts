import {type Configuration} from '../configuration.ts';
import {type LogEntry} from '../log-entry.ts';

/** Who a server is and where it listens. The id may be empty in messages of Consul 1.8 (sheet rpc-raft §19). */
export interface Peer {
  readonly id: string;
  readonly address: string;
}

/**
 * AppendEntries (Raft §5.3). A heartbeat has `heartbeat: true`, no entries and zeroes in prev and commit; it travels on a
 * connection of its own and is answered without waiting for the disk (sheet §12).
 */
export interface AppendRequest {
  readonly kind: 'append';
  readonly from: Peer;
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly LogEntry[];
  readonly leaderCommit: number;
  readonly heartbeat: boolean;
}

export interface AppendResponse {
  readonly kind: 'append-response';
  readonly term: number;
  readonly success: boolean;
  /** The last index before this append (sheet §13). */
  readonly lastIndex: number;
  readonly noRetryBackoff: boolean;
}

export interface VoteRequest {
  readonly kind: 'vote';
  readonly from: Peer;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly leadershipTransfer: boolean;
}

export interface VoteResponse {
  readonly kind: 'vote-response';
  readonly term: number;
  readonly granted: boolean;
}

/** Ongaro's dissertation §9.6. `term` is the term the candidate would stand in. */
export interface PreVoteRequest {
  readonly kind: 'pre-vote';
  readonly from: Peer;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface PreVoteResponse {
  readonly kind: 'pre-vote-response';
  readonly term: number;
  readonly granted: boolean;
}

/** Dissertation §3.10: stand for election now, the leader asks for it. */
export interface TimeoutNowRequest {
  readonly kind: 'timeout-now';
  readonly from: Peer;
}

export interface TimeoutNowResponse {
  readonly kind: 'timeout-now-response';
}

/** Head of an InstallSnapshot; the state's bytes follow it as a stream. */
export interface InstallSnapshotRequest {
  readonly kind: 'install-snapshot';
  readonly from: Peer;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly configuration: Configuration;
  readonly configurationIndex: number;
  readonly sizeBytes: number;
}

export interface InstallSnapshotResponse {
  readonly kind: 'install-snapshot-response';
  readonly term: number;
  readonly success: boolean;
}

export type RaftRequest = AppendRequest | VoteRequest | PreVoteRequest | TimeoutNowRequest;
export type RaftResponse = AppendResponse | VoteResponse | PreVoteResponse | TimeoutNowResponse;
