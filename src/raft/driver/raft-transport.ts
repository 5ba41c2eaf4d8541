import {type InstallSnapshotRequest, type InstallSnapshotResponse, type Peer, type RaftRequest, type RaftResponse} from '../core/messages.ts';

/** What a transport calls when a request comes in. */
export interface RaftHandler {
  /** Resolves when the answer may leave, which for votes and entries is after they are durable. */
  handle(request: RaftRequest): Promise<RaftResponse>;
  /** Reads `state` to its end before it resolves, unless it rejects. */
  installSnapshot(request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<InstallSnapshotResponse>;
  /** A connection over which this peer sent heartbeats or entries has ended. */
  disconnected?(from: Peer): void;
}

/** The peer does not know RequestPreVote (Raft before 1.7): counts as its consent. */
export class PreVoteUnsupportedError extends Error {}

/**
 * Carries Raft's requests. Every `send` must settle: it rejects when there is no answer in time. Requests to one peer
 * arrive in the order sent; heartbeats (`append` with `heartbeat: true`) go over a connection of their own and must not
 * wait behind entries or a snapshot.
 */
export interface RaftTransport {
  serve(handler: RaftHandler): void;
  send(to: Peer, request: RaftRequest): Promise<RaftResponse>;
  sendSnapshot(to: Peer, request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<InstallSnapshotResponse>;
  /** Tries to make a connection: true if the peer's machine says that nobody listens there; false for everything else. */
  isRefused(to: Peer): Promise<boolean>;
  close(): Promise<void>;
}
