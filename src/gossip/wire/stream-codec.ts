import {type Random} from '../../runtime/random.ts';
import {type ByteString} from '../../wire/byte-string.ts';
import {MsgpackNeedMoreError} from '../../wire/msgpack-error.ts';
import {MsgpackReader} from '../../wire/msgpack-reader.ts';
import {MsgpackWriter} from '../../wire/msgpack-writer.ts';
import {encryptionOverheadBytes, pushPullNodesMax, streamBytesMax} from '../limits.ts';
import {messageTypeByte, type Ping, type PushNodeState, type PushPullState} from '../swim/messages.ts';
import {compress, decompress} from './compress.ts';
import {GossipDecodeError} from './gossip-decode-error.ts';
import {labelHeader, stripLabel} from './label.ts';
import {seal, unseal} from './packet-cipher.ts';
import {checkedAddress, encodePing} from './swim-codec.ts';
import {AckBody, ErrBody, PingBody, PushNodeBody, PushPullHeader, UserStreamHeader} from './swim-schema.ts';
import {isEncrypted, type WireSecurity} from './wire-security.ts';

/** What one side of a gossip stream says [gossip.md §4.4]. */
export type StreamMessage =
  | {readonly type: 'push-pull'; readonly state: PushPullState}
  | {readonly type: 'ping'; readonly ping: Ping}
  | {readonly type: 'ack'; readonly seqNo: number; readonly payload: ByteString | null}
  | {readonly type: 'user'; readonly body: Uint8Array}
  | {readonly type: 'err'; readonly error: string};

/** The message's own bytes, neither compressed nor encrypted. */
export function encodeStreamBody(message: StreamMessage): Buffer {
  switch (message.type) {
    case 'push-pull': return encodePushPull(message.state);
    case 'ping': return encodePing(message.ping);
    case 'ack': return AckBody.toMsgpack({Payload: message.payload, SeqNo: message.seqNo}, {typeByte: messageTypeByte.ack});
    case 'user': return Buffer.concat([
      UserStreamHeader.toMsgpack({UserMsgLen: message.body.length}, {typeByte: messageTypeByte.user}), message.body]);
    case 'err': return ErrBody.toMsgpack({Error: message.error}, {typeByte: messageTypeByte.err});
  }
}

function encodePushPull(state: PushPullState): Buffer {
  const writer = new MsgpackWriter();
  writer.writeByte(messageTypeByte.pushPull);
  PushPullHeader.writeMsgpack(writer, {Join: state.join, Nodes: state.nodes.length, UserStateLen: state.userState.length});
  for (const node of state.nodes) PushNodeBody.writeMsgpack(writer, node);
  writer.writeEncoded(state.userState);
  return writer.toBuffer();
}

/** A stream message as it goes on the connection: always compressed, encrypted if there are keys [gossip.md §4]. */
export function encodeStream(message: StreamMessage, security: WireSecurity, random: Random): Buffer {
  const plain = compress(encodeStreamBody(message));
  const label = Buffer.from(security.label);
  const key = security.keyring?.primary;
  const framed = key !== undefined && security.verifyOutgoing ? encryptStream(plain, key, random.bytes(12), label) : plain;
  return label.length === 0 ? framed : Buffer.concat([labelHeader(label), framed]);
}

/** The encrypted form: type, length, then what `seal` makes; header and label are authenticated too. */
export function encryptStream(plain: Uint8Array, key: Uint8Array, nonce: Uint8Array, label: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header[0] = messageTypeByte.encrypt;
  header.writeUInt32BE(plain.length + encryptionOverheadBytes, 1);
  return Buffer.concat([header, seal(key, nonce, plain, Buffer.concat([header, label]))]);
}

/**
 * Reads a stream message from the bytes so far; null while more are needed.
 * @param ownPort stands in for port 0 of nodes
 * @throws GossipDecodeError, MsgpackError, LzwError: the stream is of no more use
 */
export function decodeStream(bytes: Uint8Array, security: WireSecurity, ownPort: number): StreamMessage | null {
  if (bytes.length < 2) return null;
  if (bytes[0] === messageTypeByte.label && bytes.length < 2 + (bytes[1] ?? 0)) return null;
  let rest = stripLabel(bytes, security.label, 'stream');
  if (rest.length === 0) return null;
  const hasKeys = isEncrypted(security);
  if (rest[0] === messageTypeByte.encrypt) {
    if (!hasKeys) throw new GossipDecodeError('Remote state is encrypted and encryption is not configured');
    const plain = decryptStream(rest, security);
    if (plain === null) return null;
    rest = plain;
  } else if (hasKeys && security.verifyIncoming) {
    throw new GossipDecodeError('Encryption is configured but remote state is not encrypted');
  }
  try {
    if (rest[0] === messageTypeByte.compress) rest = decompress(rest, streamBytesMax);
    return decodeBody(rest, ownPort);
  } catch (error) {
    if (error instanceof MsgpackNeedMoreError) return null;
    throw error;
  }
}

function decryptStream(bytes: Uint8Array, security: WireSecurity): Uint8Array | null {
  if (bytes.length < 5) return null;
  const header = Buffer.from(bytes.subarray(0, 5));
  const length = header.readUInt32BE(1);
  if (length > streamBytesMax) throw new GossipDecodeError(`Remote node state is larger than limit (${length})`);
  if (bytes.length < 5 + length) return null;
  return unseal(security.keyring?.keys ?? [], bytes.subarray(5, 5 + length), Buffer.concat([header, Buffer.from(security.label)]));
}

function decodeBody(bytes: Uint8Array, ownPort: number): StreamMessage | null {
  switch (bytes[0]) {
    case messageTypeByte.pushPull: return decodePushPull(bytes, ownPort);
    case messageTypeByte.ping: return {type: 'ping', ping: PingBody.fromMsgpack(bytes, 1)};
    case messageTypeByte.ack: {
      const ack = AckBody.fromMsgpack(bytes, 1);
      return {type: 'ack', seqNo: ack.SeqNo, payload: ack.Payload};
    }
    case messageTypeByte.err: return {type: 'err', error: ErrBody.fromMsgpack(bytes, 1).Error};
    case messageTypeByte.user: {
      const reader = new MsgpackReader(bytes, 1);
      const length = UserStreamHeader.readMsgpack(reader).UserMsgLen;
      if (length < 0 || length > streamBytesMax) throw new GossipDecodeError(`user message of ${length} bytes`);
      return bytes.length < reader.pos + length ? null : {type: 'user', body: bytes.subarray(reader.pos, reader.pos + length)};
    }
    case undefined: return null;
    default: throw new GossipDecodeError(`Received invalid msgType (${bytes[0]})`);
  }
}

function decodePushPull(bytes: Uint8Array, ownPort: number): StreamMessage | null {
  const reader = new MsgpackReader(bytes, 1);
  const header = PushPullHeader.readMsgpack(reader);
  if (header.Nodes < 0 || header.Nodes > pushPullNodesMax || header.UserStateLen < 0 || header.UserStateLen > streamBytesMax) {
    throw new GossipDecodeError(`push/pull of ${header.Nodes} nodes and ${header.UserStateLen} bytes of user state`);
  }
  const nodes: PushNodeState[] = [];
  for (let i = 0; i < header.Nodes; i++) {
    const node = PushNodeBody.readMsgpack(reader);
    nodes.push({...node, Addr: checkedAddress(node.Addr), Port: node.Port === 0 ? ownPort : node.Port});
  }
  if (bytes.length < reader.pos + header.UserStateLen) return null;
  const userState = bytes.subarray(reader.pos, reader.pos + header.UserStateLen);
  return {type: 'push-pull', state: {join: header.Join, nodes, userState}};
}
