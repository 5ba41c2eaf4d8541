import {type InstallSnapshotResponse as SnapshotAnswer, type Peer, type RaftRequest, type RaftResponse} from '../core/messages.ts';
import {type Type, withWriter} from '../../schema/type.ts';
import {str} from '../../schema/types.ts';
import {byteStringOfText} from '../../wire/byte-string.ts';
import {protocolVersion} from './limits.ts';
import {AppendEntriesResponse, InstallSnapshotResponse, RequestPreVoteResponse, RequestVoteResponse, TimeoutNowResponse} from './raft-structs.ts';

type Answer = RaftResponse | SnapshotAnswer;

/** Error text (none) and body, as they go over the connection. `self` answers. */
export function encodeResponse(response: Answer, self: Peer): Buffer {
  const header = {ProtocolVersion: protocolVersion, ID: byteStringOfText(self.id), Addr: byteStringOfText(self.address)};
  switch (response.kind) {
    case 'append-response':
      return encode(AppendEntriesResponse, {
        ...header, Term: response.term, LastLog: response.lastIndex, Success: response.success, NoRetryBackoff: response.noRetryBackoff,
      });
    case 'vote-response':
      return encode(RequestVoteResponse, {...header, Term: response.term, Peers: null, Granted: response.granted});
    case 'pre-vote-response':
      return encode(RequestPreVoteResponse, {...header, Term: response.term, Granted: response.granted});
    case 'timeout-now-response':
      // Go leaves the header of this answer and the next one empty.
      return encode(TimeoutNowResponse, TimeoutNowResponse.zero());
    case 'install-snapshot-response':
      return encode(InstallSnapshotResponse, InstallSnapshotResponse.make({Term: response.term, Success: response.success}));
  }
}

/** The answer of a handler that failed: its text, and no body. */
export function encodeFailure(text: string): Buffer {
  return withWriter('raft', (writer) => {
    writer.writeString(text);
    writer.writeNil();
    return writer.toBuffer();
  });
}

function encode<T>(type: Type<T>, value: T): Buffer {
  return withWriter('raft', (writer) => {
    writer.writeString('');
    type.writeMsgpack(writer, value);
    return writer.toBuffer();
  });
}

/** The error text of an answer: what comes before its body. @throws MsgpackError */
export function decodeErrorText(bytes: Buffer): string {
  return str.fromMsgpack(bytes);
}

/** The body of an answer to a request of that kind. @throws MsgpackError */
export function decodeResponse(kind: RaftRequest['kind'], body: Buffer): RaftResponse {
  switch (kind) {
    case 'append': {
      const {Term: term, LastLog: lastIndex, Success: success, NoRetryBackoff: noRetryBackoff} = AppendEntriesResponse.fromMsgpack(body);
      return {kind: 'append-response', term, lastIndex, success, noRetryBackoff};
    }
    case 'vote': {
      const {Term: term, Granted: granted} = RequestVoteResponse.fromMsgpack(body);
      return {kind: 'vote-response', term, granted};
    }
    case 'pre-vote': {
      const {Term: term, Granted: granted} = RequestPreVoteResponse.fromMsgpack(body);
      return {kind: 'pre-vote-response', term, granted};
    }
    case 'timeout-now':
      return {kind: 'timeout-now-response'};
  }
}

/** The body of an answer to InstallSnapshot. @throws MsgpackError */
export function decodeSnapshotResponse(body: Buffer): SnapshotAnswer {
  const {Term: term, Success: success} = InstallSnapshotResponse.fromMsgpack(body);
  return {kind: 'install-snapshot-response', term, success};
}
