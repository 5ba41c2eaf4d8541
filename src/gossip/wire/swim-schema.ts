import {struct} from '../../schema/struct.ts';
import {bool, int, str, uint16, uint32} from '../../schema/types.ts';
import {bytesOrNil, rawBytes} from './raw-bytes.ts';

/** The bodies of memberlist's messages [gossip.md §5]. */

export const PingBody = struct('ping', {
  Node: str, SeqNo: uint32, SourceAddr: rawBytes, SourceNode: str, SourcePort: uint16,
});
/** A ping whose source fields are all empty leaves them out. */
export const BarePingBody = struct('ping', {Node: str, SeqNo: uint32});
export const IndirectPingBody = struct('indirectPing', {
  Nack: bool, Node: str, Port: uint16, SeqNo: uint32, SourceAddr: rawBytes, SourceNode: str, SourcePort: uint16, Target: rawBytes,
});
export const AckBody = struct('ackResp', {Payload: bytesOrNil, SeqNo: uint32});
export const NackBody = struct('nackResp', {SeqNo: uint32});
/** Suspect and dead have the same fields. */
export const AccusationBody = struct('suspect', {From: str, Incarnation: uint32, Node: str});
export const AliveBody = struct('alive', {
  Addr: rawBytes, Incarnation: uint32, Meta: rawBytes, Node: str, Port: uint16, Vsn: rawBytes,
});
export const PushPullHeader = struct('pushPullHeader', {Join: bool, Nodes: int, UserStateLen: int});
export const PushNodeBody = struct('pushNodeState', {
  Addr: rawBytes, Incarnation: uint32, Meta: rawBytes, Name: str, Port: uint16, State: int, Vsn: rawBytes,
});
export const UserStreamHeader = struct('userMsgHeader', {UserMsgLen: int});
export const ErrBody = struct('errResp', {Error: str});
export const CompressBody = struct('compress', {Algo: int, Buf: rawBytes});
