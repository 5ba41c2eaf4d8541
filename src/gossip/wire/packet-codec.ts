import {type Random} from '../../runtime/random.ts';
import {errorText} from '../../runtime/thrown.ts';
import {crc32} from '../../wire/crc32.ts';
import {inflatedPacketBytesMax, packetDepthMax, packetMessagesMax} from '../limits.ts';
import {messageTypeByte, type SwimMessage} from '../swim/messages.ts';
import {compress, decompress} from './compress.ts';
import {GossipDecodeError} from './gossip-decode-error.ts';
import {labelHeader, stripLabel} from './label.ts';
import {seal, unseal} from './packet-cipher.ts';
import {decodeSwimMessage} from './swim-codec.ts';
import {isEncrypted, type WireSecurity} from './wire-security.ts';

/** Several messages as one [gossip.md §3.4]; at most 255. */
export function encodeCompound(parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(2 + 2 * parts.length);
  header[0] = messageTypeByte.compound;
  header[1] = parts.length;
  parts.forEach((part, at) => header.writeUInt16BE(part.length, 2 + 2 * at));
  return Buffer.concat([header, ...parts]);
}

/** A message with its checksum before it. */
export function withChecksum(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header[0] = messageTypeByte.hasCrc;
  header.writeUInt32BE(crc32(message), 1);
  return Buffer.concat([header, message]);
}

/** One datagram: compound, compressed if that is shorter, checksum, encryption, label [gossip.md §3.2]. */
export function encodePacket(
  parts: readonly Uint8Array[], checksum: boolean, security: WireSecurity, random: Random): Uint8Array {
  const [only] = parts;
  let message: Uint8Array = parts.length === 1 && only !== undefined ? only : encodeCompound(parts);
  const packed = compress(message);
  if (packed.length < message.length) message = packed;
  if (checksum) message = withChecksum(message);
  const label = Buffer.from(security.label);
  const key = security.keyring?.primary;
  if (key !== undefined && security.verifyOutgoing) message = seal(key, random.bytes(12), message, label);
  return label.length === 0 ? message : Buffer.concat([labelHeader(label), message]);
}

/** What a datagram holds; `problem` says why a part of it was dropped. */
export interface DecodedPacket {
  readonly messages: readonly SwimMessage[];
  readonly problem: string | null;
}

/** Reads a datagram [gossip.md §3.3]. Never throws: what can be read is read. `ownPort` stands in for port 0 of nodes. */
export function decodePacket(datagram: Uint8Array, security: WireSecurity, ownPort: number): DecodedPacket {
  const reader = new PacketReader(ownPort);
  try {
    let bytes = stripLabel(datagram, security.label, 'packet');
    if (isEncrypted(security)) bytes = opened(bytes, security);
    reader.readOuter(bytes);
  } catch (error) {
    reader.fail(error);
  }
  return {messages: reader.messages, problem: reader.problem};
}

function opened(bytes: Uint8Array, security: WireSecurity): Uint8Array {
  try {
    return unseal(security.keyring?.keys ?? [], bytes, Buffer.from(security.label));
  } catch (error) {
    if (error instanceof GossipDecodeError && !security.verifyIncoming) return bytes;
    throw error;
  }
}

class PacketReader {
  readonly messages: SwimMessage[] = [];
  problem: string | null = null;
  readonly #ownPort: number;

  constructor(ownPort: number) {
    this.#ownPort = ownPort;
  }

  fail(error: unknown): void {
    this.problem ??= errorText(error);
  }

  readOuter(bytes: Uint8Array): void {
    if (bytes[0] !== messageTypeByte.hasCrc || bytes.length < 5) return this.#read(bytes, 0);
    const payload = bytes.subarray(5);
    const expected = Buffer.from(bytes.buffer, bytes.byteOffset, 5).readUInt32BE(1);
    const actual = crc32(payload);
    if (actual !== expected) {
      throw new GossipDecodeError(`Got invalid checksum for UDP packet: ${actual.toString(16)}, ${expected.toString(16)}`);
    }
    this.#read(payload, 0);
  }

  #read(bytes: Uint8Array, depth: number): void {
    if (depth > packetDepthMax) throw new GossipDecodeError('messages are nested too deeply');
    if (this.messages.length >= packetMessagesMax) throw new GossipDecodeError('too many messages in one packet');
    if (bytes[0] === messageTypeByte.compound) this.#readCompound(bytes, depth);
    else if (bytes[0] === messageTypeByte.compress) this.#read(decompress(bytes, inflatedPacketBytesMax), depth + 1);
    else this.messages.push(decodeSwimMessage(bytes, this.#ownPort));
  }

  #readCompound(bytes: Uint8Array, depth: number): void {
    const count = bytes[1];
    if (count === undefined) throw new GossipDecodeError('missing compound length byte');
    let at = 2 + 2 * count;
    if (at > bytes.length) throw new GossipDecodeError('truncated len slice');
    for (let i = 0; i < count; i++) {
      const length = ((bytes[2 + 2 * i] ?? 0) << 8) | (bytes[3 + 2 * i] ?? 0);
      if (at + length > bytes.length) {
        this.fail(new GossipDecodeError(`compound request had ${count - i} truncated messages`));
        return;
      }
      try {
        this.#read(bytes.subarray(at, at + length), depth + 1);
      } catch (error) {
        this.fail(error);
      }
      at += length;
    }
  }
}
