import {shortestAddress} from '../endpoint.ts';
import {type EncodedMessage, messageTypeByte, type Ping, type SwimMessage} from '../swim/messages.ts';
import {GossipDecodeError} from './gossip-decode-error.ts';
import {
  AccusationBody, AckBody, AliveBody, BarePingBody, IndirectPingBody, NackBody, PingBody,
} from './swim-schema.ts';

/** A message with its bytes, type byte first. */
export function encodeSwimMessage(message: SwimMessage): EncodedMessage {
  return {message, bytes: encodeBody(message)};
}

function encodeBody(message: SwimMessage): Uint8Array {
  const options = {typeByte: messageTypeByte[message.type]};
  switch (message.type) {
    case 'ping': return encodePing(message.body);
    case 'indirect-ping': return IndirectPingBody.toMsgpack(message.body, options);
    case 'ack': return AckBody.toMsgpack(message.body, options);
    case 'nack': return NackBody.toMsgpack(message.body, options);
    case 'suspect':
    case 'dead': return AccusationBody.toMsgpack(message.body, options);
    case 'alive': return AliveBody.toMsgpack(message.body, options);
    case 'user': return Buffer.concat([Uint8Array.of(options.typeByte), message.body]);
  }
}

/** A ping with its type byte, as on datagrams and streams. */
export function encodePing(ping: Ping): Buffer {
  const isBare = ping.SourceAddr === '' && ping.SourceNode === '' && ping.SourcePort === 0;
  return isBare
    ? BarePingBody.toMsgpack(ping, {typeByte: messageTypeByte.ping})
    : PingBody.toMsgpack(ping, {typeByte: messageTypeByte.ping});
}

/**
 * Reads one message that is neither compound nor compressed. `bytes` starts with the type byte; a user message's body
 * is a view of it.
 * @param ownPort stands in for port 0 of nodes [gossip.md §5]
 * @throws GossipDecodeError for an unknown type, MsgpackError for a malformed body
 */
export function decodeSwimMessage(bytes: Uint8Array, ownPort: number): SwimMessage {
  switch (bytes[0]) {
    case messageTypeByte.ping: return {type: 'ping', body: PingBody.fromMsgpack(bytes, 1)};
    case messageTypeByte['indirect-ping']: return {type: 'indirect-ping', body: IndirectPingBody.fromMsgpack(bytes, 1)};
    case messageTypeByte.ack: return {type: 'ack', body: AckBody.fromMsgpack(bytes, 1)};
    case messageTypeByte.nack: return {type: 'nack', body: NackBody.fromMsgpack(bytes, 1)};
    case messageTypeByte.suspect: return {type: 'suspect', body: AccusationBody.fromMsgpack(bytes, 1)};
    case messageTypeByte.dead: return {type: 'dead', body: AccusationBody.fromMsgpack(bytes, 1)};
    case messageTypeByte.alive: {
      const body = AliveBody.fromMsgpack(bytes, 1);
      return {type: 'alive', body: {...body, Addr: checkedAddress(body.Addr), Port: body.Port === 0 ? ownPort : body.Port}};
    }
    case messageTypeByte.user: return {type: 'user', body: bytes.subarray(1)};
    case undefined: throw new GossipDecodeError('missing message type byte');
    default: throw new GossipDecodeError(`msg type (${bytes[0]}) not supported`);
  }
}

/** A node's address in its shortest form [gossip.md §15.4]. */
export function checkedAddress(addr: string): string {
  if (addr.length !== 4 && addr.length !== 16) {
    throw new GossipDecodeError(`IP byte length is invalid: ${addr.length} bytes is not either 4 or 16`);
  }
  return shortestAddress(addr);
}
