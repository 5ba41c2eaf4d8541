import {type ByteString} from './byte-string.ts';
import {MSGPACK_WRITER_KEEP_BYTES, MSGPACK_WRITER_START_BYTES} from './limits.ts';

/**
 * How values are spelled (rpc-raft.md §4):
 * - `rpc`: old spec, smallest form of any integer. RPC, log bodies, snapshots, gossip.
 * - `raft`: old spec, but Go's signed fields keep the signed codes when positive. Raft transport and configuration.
 * - `new`: str8 and bin are used. Only the payload of user events (gossip.md §15.6).
 */
export type MsgpackDialect = 'rpc' | 'raft' | 'new';

const TWO_32 = 2 ** 32;
/** Up to this length a loop over the chars is faster than a call into native code. */
const SHORT_TEXT_CHARS = 40;

/** Writes msgpack into one growing buffer. Reusable: `reset()` and write the next message. */
export class MsgpackWriter {
  readonly dialect: MsgpackDialect;
  #buffer: Buffer;
  #pos = 0;
  readonly #signedForms: boolean;
  readonly #newSpec: boolean;

  constructor(dialect: MsgpackDialect = 'rpc', startBytes = MSGPACK_WRITER_START_BYTES) {
    this.dialect = dialect;
    this.#signedForms = dialect === 'raft';
    this.#newSpec = dialect === 'new';
    this.#buffer = Buffer.allocUnsafeSlow(startBytes);
  }

  /** Bytes written since the last reset. */
  get length(): number {
    return this.#pos;
  }

  /** Forgets what was written. */
  reset(): void {
    if (this.#buffer.length > MSGPACK_WRITER_KEEP_BYTES) this.#buffer = Buffer.allocUnsafeSlow(MSGPACK_WRITER_START_BYTES);
    this.#pos = 0;
  }

  /** A copy of what was written. */
  toBuffer(): Buffer {
    const copy = Buffer.allocUnsafe(this.#pos);
    this.#buffer.copy(copy, 0, 0, this.#pos);
    return copy;
  }

  /** What was written, without a copy: valid until the next write or reset. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#pos);
  }

  /** One plain byte, such as the type before a log entry's body. */
  writeByte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#pos++] = byte;
  }

  /** Bytes as they are: an encoded value, or a part of one. */
  writeEncoded(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    const buffer = this.#buffer;
    const size = bytes.length;
    let pos = this.#pos;
    if (size > 32) buffer.set(bytes, pos);
    else for (let i = 0; i < size; i++) buffer[pos++] = bytes[i] as number;
    this.#pos += size;
  }

  writeNil(): void {
    this.writeByte(0xc0);
  }

  writeBool(value: boolean): void {
    this.writeByte(value ? 0xc3 : 0xc2);
  }

  /** A Go unsigned field; an integer of 0 to 2^53−1. */
  writeUint(value: number): void {
    this.#reserve(9);
    const buffer = this.#buffer;
    let pos = this.#pos;
    if (value < 0x80) {
      buffer[pos++] = value;
    } else if (value < 0x100) {
      buffer[pos++] = 0xcc;
      buffer[pos++] = value;
    } else if (value < 0x10000) {
      buffer[pos++] = 0xcd;
      buffer[pos++] = value >>> 8;
      buffer[pos++] = value;
    } else if (value < TWO_32) {
      buffer[pos++] = 0xce;
      pos = put32(buffer, pos, value);
    } else {
      buffer[pos++] = 0xcf;
      pos = put32(buffer, pos, Math.floor(value / TWO_32));
      pos = put32(buffer, pos, value % TWO_32);
    }
    this.#pos = pos;
  }

  /** A Go signed field; an integer of −(2^53−1) to 2^53−1. */
  writeInt(value: number): void {
    if (value >= 0 && (!this.#signedForms || value < 0x80)) {
      this.writeUint(value);
      return;
    }
    this.#reserve(9);
    const buffer = this.#buffer;
    if (value >= -0x20 && value < 0) {
      buffer[this.#pos++] = value & 0xff;
    } else if (value >= -0x80 && value < 0x80) {
      buffer[this.#pos++] = 0xd0;
      buffer[this.#pos++] = value & 0xff;
    } else if (value >= -0x8000 && value < 0x8000) {
      buffer[this.#pos++] = 0xd1;
      this.#pos = buffer.writeInt16BE(value, this.#pos);
    } else if (value >= -0x80000000 && value < 0x80000000) {
      buffer[this.#pos++] = 0xd2;
      this.#pos = buffer.writeInt32BE(value, this.#pos);
    } else {
      buffer[this.#pos++] = 0xd3;
      this.#pos = buffer.writeBigInt64BE(BigInt(value), this.#pos);
    }
  }

  /** A Go uint64 field that may exceed 2^53; also any int64 value of `any`. */
  writeBigInt(value: bigint): void {
    if (value >= 0n && value <= 0xffff_ffffn) {
      this.writeUint(Number(value));
    } else if (value >= -0x8000_0000n && value < 0n) {
      this.writeInt(Number(value));
    } else {
      this.#reserve(9);
      this.#buffer[this.#pos++] = value < 0n ? 0xd3 : 0xcf;
      this.#pos = this.#buffer.writeBigUInt64BE(BigInt.asUintN(64, value), this.#pos);
    }
  }

  writeFloat64(value: number): void {
    this.#reserve(9);
    this.#buffer[this.#pos] = 0xcb;
    this.#pos = this.#buffer.writeDoubleBE(value, this.#pos + 1);
  }

  writeFloat32(value: number): void {
    this.#reserve(5);
    this.#buffer[this.#pos] = 0xca;
    this.#pos = this.#buffer.writeFloatBE(value, this.#pos + 1);
  }

  /** Text, as UTF-8. */
  writeString(text: string): void {
    const size = text.length;
    if (size < SHORT_TEXT_CHARS && this.#writeShortAscii(text, size)) return;
    const bytes = Buffer.byteLength(text, 'utf8');
    this.#writeStringHeader(bytes);
    this.#reserve(bytes);
    this.#pos += this.#buffer.write(text, this.#pos, bytes, 'utf8');
  }

  /** A Go string that holds any bytes (KV keys): one char a byte. */
  writeByteString(value: ByteString): void {
    const size = value.length;
    this.#writeStringHeader(size);
    this.#putLatin1(value, size);
  }

  /** A Go []byte that is not nil. */
  writeBytes(value: ByteString): void {
    const size = value.length;
    if (this.#newSpec) this.#writeBinHeader(size);
    else this.#writeStringHeader(size);
    this.#putLatin1(value, size);
  }

  /** A Go []byte that is not nil, from a buffer. */
  writeBinary(bytes: Uint8Array): void {
    if (this.#newSpec) this.#writeBinHeader(bytes.length);
    else this.#writeStringHeader(bytes.length);
    this.writeEncoded(bytes);
  }

  writeArrayHeader(size: number): void {
    this.#writeContainerHeader(size, 0x90, 0xdc);
  }

  writeMapHeader(size: number): void {
    this.#writeContainerHeader(size, 0x80, 0xde);
  }

  /** Tries the whole of a short text as ASCII; leaves no trace if it is not. */
  #writeShortAscii(text: string, size: number): boolean {
    const header = size < 32 ? 1 : this.#newSpec ? 2 : 3;
    // Room for what the header asks for too: were the buffer to grow then, the text behind it would be lost.
    this.#reserve(size + 5);
    const buffer = this.#buffer;
    let pos = this.#pos + header;
    for (let i = 0; i < size; i++) {
      const char = text.charCodeAt(i);
      if (char > 0x7f) return false;
      buffer[pos++] = char;
    }
    this.#writeStringHeader(size);
    this.#pos = pos;
    return true;
  }

  #putLatin1(value: ByteString, size: number): void {
    this.#reserve(size);
    const buffer = this.#buffer;
    let pos = this.#pos;
    if (size > SHORT_TEXT_CHARS) buffer.write(value, pos, size, 'latin1');
    else for (let i = 0; i < size; i++) buffer[pos++] = value.charCodeAt(i);
    this.#pos += size;
  }

  #writeStringHeader(size: number): void {
    this.#reserve(5);
    const buffer = this.#buffer;
    if (size < 32) {
      buffer[this.#pos++] = 0xa0 | size;
    } else if (this.#newSpec && size < 0x100) {
      buffer[this.#pos++] = 0xd9;
      buffer[this.#pos++] = size;
    } else if (size < 0x10000) {
      buffer[this.#pos++] = 0xda;
      buffer[this.#pos++] = size >>> 8;
      buffer[this.#pos++] = size;
    } else {
      buffer[this.#pos++] = 0xdb;
      this.#pos = put32(buffer, this.#pos, size);
    }
  }

  #writeBinHeader(size: number): void {
    this.#reserve(5);
    const buffer = this.#buffer;
    if (size < 0x100) {
      buffer[this.#pos++] = 0xc4;
      buffer[this.#pos++] = size;
    } else if (size < 0x10000) {
      buffer[this.#pos++] = 0xc5;
      buffer[this.#pos++] = size >>> 8;
      buffer[this.#pos++] = size;
    } else {
      buffer[this.#pos++] = 0xc6;
      this.#pos = put32(buffer, this.#pos, size);
    }
  }

  #writeContainerHeader(size: number, fix: number, wide: number): void {
    this.#reserve(5);
    const buffer = this.#buffer;
    if (size < 16) {
      buffer[this.#pos++] = fix | size;
    } else if (size < 0x10000) {
      buffer[this.#pos++] = wide;
      buffer[this.#pos++] = size >>> 8;
      buffer[this.#pos++] = size;
    } else {
      buffer[this.#pos++] = wide + 1;
      this.#pos = put32(buffer, this.#pos, size);
    }
  }

  #reserve(bytes: number): void {
    if (this.#pos + bytes > this.#buffer.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#pos + bytes));
    this.#buffer.copy(larger, 0, 0, this.#pos);
    this.#buffer = larger;
  }
}

function put32(buffer: Uint8Array, pos: number, value: number): number {
  buffer[pos] = value >>> 24;
  buffer[pos + 1] = value >>> 16;
  buffer[pos + 2] = value >>> 8;
  buffer[pos + 3] = value;
  return pos + 4;
}
