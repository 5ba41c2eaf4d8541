import {embed, struct, type TypeOf} from '../../schema/struct.ts';
import {binary, bool, bytes, int, list, nullable, time, uint, uint8} from '../../schema/types.ts';

/*
 * The structs of Raft's connections (sheet rpc-raft §12). They are written in the dialect `raft`. Ids and addresses are
 * []byte there; those of Consul 1.8 have neither ID nor Addr, and log entries no AppendedAt (§19).
 */

/** Types of requests: the byte before the body. */
export const rpcType = {appendEntries: 0, requestVote: 1, installSnapshot: 2, timeoutNow: 3, requestPreVote: 4} as const;

const RpcHeader = struct('RPCHeader', {ProtocolVersion: int, ID: bytes, Addr: bytes});

const Log = struct('Log', {Index: uint, Term: uint, Type: uint8, Data: binary, Extensions: binary, AppendedAt: time});
export type Log = TypeOf<typeof Log>;

export const AppendEntriesRequest = struct('AppendEntriesRequest', {
  ...embed(RpcHeader),
  Term: uint,
  Leader: bytes,
  PrevLogEntry: uint,
  PrevLogTerm: uint,
  Entries: list(Log),
  LeaderCommitIndex: uint,
});

export const AppendEntriesResponse = struct('AppendEntriesResponse', {
  ...embed(RpcHeader),
  Term: uint,
  LastLog: uint,
  Success: bool,
  NoRetryBackoff: bool,
});

export const RequestVoteRequest = struct('RequestVoteRequest', {
  ...embed(RpcHeader),
  Term: uint,
  Candidate: bytes,
  LastLogIndex: uint,
  LastLogTerm: uint,
  LeadershipTransfer: bool,
});

/** Peers is nil since protocol version 2. */
export const RequestVoteResponse = struct('RequestVoteResponse', {...embed(RpcHeader), Term: uint, Peers: nullable(bytes), Granted: bool});

export const RequestPreVoteRequest = struct('RequestPreVoteRequest', {...embed(RpcHeader), Term: uint, LastLogIndex: uint, LastLogTerm: uint});

export const RequestPreVoteResponse = struct('RequestPreVoteResponse', {...embed(RpcHeader), Term: uint, Granted: bool});

export const TimeoutNowRequest = struct('TimeoutNowRequest', {...embed(RpcHeader)});

export const TimeoutNowResponse = struct('TimeoutNowResponse', {...embed(RpcHeader)});

/** Peers is a msgpack array of the voters' addresses, Configuration the body of a configuration entry; Size bytes follow. */
export const InstallSnapshotRequest = struct('InstallSnapshotRequest', {
  ...embed(RpcHeader),
  SnapshotVersion: int,
  Term: uint,
  Leader: bytes,
  LastLogIndex: uint,
  LastLogTerm: uint,
  Peers: bytes,
  Configuration: binary,
  ConfigurationIndex: uint,
  Size: int,
});

export const InstallSnapshotResponse = struct('InstallSnapshotResponse', {...embed(RpcHeader), Term: uint, Success: bool});
