import {decodeConfiguration, encodeConfiguration} from '../configuration-codec.ts';
import {suffrage} from '../configuration.ts';
import {
  type AppendRequest, type InstallSnapshotRequest as SnapshotOffer, type Peer, type RaftRequest,
} from '../core/messages.ts';
import {type LogEntry} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';
import {goTimeOfUnixMs, isZeroTime, unixMsOfGoTime, ZERO_TIME} from '../../schema/go-time.ts';
import {type Type} from '../../schema/type.ts';
import {list, str} from '../../schema/types.ts';
import {type ByteString, byteStringOf, byteStringOfText, textOfByteString} from '../../wire/byte-string.ts';
import {protocolVersion, protocolVersionMin} from './limits.ts';
import {
  AppendEntriesRequest, InstallSnapshotRequest, type Log, RequestPreVoteRequest, RequestVoteRequest, rpcType, TimeoutNowRequest,
} from './raft-structs.ts';

interface Header {
  readonly ProtocolVersion: number;
  readonly ID: ByteString;
  readonly Addr: ByteString;
}

/** A peer that speaks another version of the protocol; the text is Go's. */
export class ProtocolVersionError extends Error {
  constructor() {
    super('operation not supported with current protocol version');
  }
}

/** The header fields of every request. */
function headerOf(from: Peer): Header {
  return {ProtocolVersion: protocolVersion, ID: byteStringOfText(from.id), Addr: byteStringOfText(from.address)};
}

/** Type byte and body, as they go over the connection. */
export function encodeRequest(request: RaftRequest | SnapshotOffer): Buffer {
  const header = headerOf(request.from);
  switch (request.kind) {
    case 'append':
      return encode(rpcType.appendEntries, AppendEntriesRequest, {
        ...header,
        Term: request.term,
        Leader: header.Addr,
        PrevLogEntry: request.prevIndex,
        PrevLogTerm: request.prevTerm,
        Entries: request.heartbeat ? null : request.entries.map(logOf),
        LeaderCommitIndex: request.leaderCommit,
      });
    case 'vote':
      return encode(rpcType.requestVote, RequestVoteRequest, {
        ...header,
        Term: request.term,
        Candidate: header.Addr,
        LastLogIndex: request.lastIndex,
        LastLogTerm: request.lastTerm,
        LeadershipTransfer: request.leadershipTransfer,
      });
    case 'pre-vote':
      return encode(rpcType.requestPreVote, RequestPreVoteRequest, {
        ...header, Term: request.term, LastLogIndex: request.lastIndex, LastLogTerm: request.lastTerm,
      });
    case 'timeout-now':
      return encode(rpcType.timeoutNow, TimeoutNowRequest, header);
    case 'install-snapshot':
      return encodeOffer(header, request);
  }
}

function encodeOffer(header: Header, request: SnapshotOffer): Buffer {
  const voters = request.configuration.servers.filter((server) => server.suffrage === suffrage.voter);
  return encode(rpcType.installSnapshot, InstallSnapshotRequest, {
    ...header,
    SnapshotVersion: 1,
    Term: request.term,
    Leader: header.Addr,
    LastLogIndex: request.lastIndex,
    LastLogTerm: request.lastTerm,
    Peers: byteStringOf(list(str).toMsgpack(voters.map((server) => server.address))),
    Configuration: encodeConfiguration(request.configuration),
    ConfigurationIndex: request.configurationIndex,
    Size: request.sizeBytes,
  });
}

function encode<T>(typeByte: number, type: Type<T>, value: T): Buffer {
  return type.toMsgpack(value, {dialect: 'raft', typeByte});
}

/**
 * Reads the request of a type and body.
 * @throws RaftError 'corrupt' for a type that does not exist; MsgpackError; ProtocolVersionError
 */
export function decodeRequest(type: number, body: Buffer): RaftRequest | SnapshotOffer {
  switch (type) {
    case rpcType.appendEntries:
      return decodeAppend(body);
    case rpcType.requestVote: {
      const {Term: term, LastLogIndex: lastIndex, LastLogTerm: lastTerm, LeadershipTransfer: leadershipTransfer, Candidate, ...header} = RequestVoteRequest.fromMsgpack(body);
      return {kind: 'vote', from: sender(header, Candidate), term, lastIndex, lastTerm, leadershipTransfer};
    }
    case rpcType.requestPreVote: {
      const {Term: term, LastLogIndex: lastIndex, LastLogTerm: lastTerm, ...header} = RequestPreVoteRequest.fromMsgpack(body);
      return {kind: 'pre-vote', from: sender(header, ''), term, lastIndex, lastTerm};
    }
    case rpcType.timeoutNow:
      return {kind: 'timeout-now', from: sender(TimeoutNowRequest.fromMsgpack(body), '')};
    case rpcType.installSnapshot:
      return decodeOffer(body);
    default:
      throw new RaftError('corrupt', `unknown rpc type ${type}`);
  }
}

function decodeAppend(body: Buffer): AppendRequest {
  const {Term: term, PrevLogEntry: prevIndex, PrevLogTerm: prevTerm, LeaderCommitIndex: leaderCommit, Entries, Leader, ...header} = AppendEntriesRequest.fromMsgpack(body);
  const entries = Entries?.map(entryOf) ?? [];
  const from = sender(header, Leader);
  const heartbeat = term !== 0 && from.address !== '' && prevIndex === 0 && prevTerm === 0 && leaderCommit === 0 && entries.length === 0;
  return {kind: 'append', from, term, prevIndex, prevTerm, entries, leaderCommit, heartbeat};
}

function decodeOffer(body: Buffer): SnapshotOffer {
  const request = InstallSnapshotRequest.fromMsgpack(body);
  if (request.Size < 0) throw new RaftError('corrupt', `a snapshot of ${request.Size} bytes`);
  return {
    kind: 'install-snapshot',
    from: sender(request, request.Leader),
    term: request.Term,
    lastIndex: request.LastLogIndex,
    lastTerm: request.LastLogTerm,
    configuration: decodeConfiguration(request.Configuration ?? Buffer.of(0xc0)),
    configurationIndex: request.ConfigurationIndex,
    sizeBytes: request.Size,
  };
}

/** Who sent a request; servers before Raft 1.3 say only their address, and only as leader or candidate. */
function sender({ProtocolVersion, ID, Addr}: Header, address: ByteString): Peer {
  if (ProtocolVersion < protocolVersionMin || ProtocolVersion > protocolVersion) throw new ProtocolVersionError();
  return {id: textOfByteString(ID), address: textOfByteString(Addr === '' ? address : Addr)};
}

function logOf(entry: LogEntry): Log {
  return {
    Index: entry.index,
    Term: entry.term,
    Type: entry.type,
    Data: entry.data,
    Extensions: entry.extensions,
    AppendedAt: entry.appendedAtMs === 0 ? ZERO_TIME : goTimeOfUnixMs(entry.appendedAtMs),
  };
}

function entryOf(log: Log): LogEntry {
  return {
    index: log.Index,
    term: log.Term,
    type: log.Type,
    data: log.Data,
    extensions: log.Extensions,
    appendedAtMs: isZeroTime(log.AppendedAt) ? 0 : unixMsOfGoTime(log.AppendedAt),
  };
}
