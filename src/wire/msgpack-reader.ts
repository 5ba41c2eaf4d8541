import {type ByteString} from './byte-string.ts';
import {MSGPACK_MAX_DEPTH} from './limits.ts';
import {MsgpackError, MsgpackNeedMoreError, unrecognizedDescriptor} from './msgpack-error.ts';
import {MsgpackScanner} from './msgpack-scanner.ts';
import {shortAsciiString} from './short-string-cache.ts';

const TWO_32 = 2 ** 32;
/** 2^53 / 2^32: high words from here on leave what a number holds exactly. */
const UNSAFE_HIGH_WORD = 0x200000;

/**
 * Reads msgpack values one after the other. As lenient as Go's decoder (rpc-raft.md §4): nil reads as the zero
 * value of what is asked for, integers of any width, []byte from str or bin. Every read throws
 * MsgpackNeedMoreError when the bytes end too early, and MsgpackError for a value of another kind.
 */
export class MsgpackReader {
  /** Position of the next unread byte. */
  pos: number;
  readonly end: number;
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  #depth = 0;

  constructor(bytes: Uint8Array, start = 0, maxDepth = MSGPACK_MAX_DEPTH) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pos = start;
    this.end = bytes.length;
    this.#maxDepth = maxDepth;
  }

  /** True when everything has been read. */
  get done(): boolean {
    return this.pos >= this.end;
  }

  /** The next descriptor, not consumed. */
  peek(): number {
    if (this.pos >= this.end) throw new MsgpackNeedMoreError();
    return this.#bytes[this.pos] as number;
  }

  /** Consumes a nil if one is next. */
  tryNil(): boolean {
    if (this.peek() !== 0xc0) return false;
    this.pos++;
    return true;
  }

  /** One plain byte, such as the type before a log entry's body. */
  readByte(): number {
    const byte = this.peek();
    this.pos++;
    return byte;
  }

  /** Also from the fixints 0 and 1. */
  readBool(): boolean {
    const d = this.readByte();
    if (d === 0xc3 || d === 1) return true;
    if (d === 0xc2 || d === 0 || d === 0xc0) return false;
    throw new MsgpackError(`codec.decoder: Invalid single-byte value for bool: ${hex(d)}`);
  }

  /** A Go unsigned integer; over 2^53−1 is an error, as is a negative number. */
  readUint(): number {
    const d = this.readByte();
    if (d < 0x80) return d;
    switch (d) {
      case 0xcc: return this.#unsigned(1);
      case 0xcd: return this.#unsigned(2);
      case 0xce: return this.#unsigned(4);
      case 0xcf: return this.#unsigned64();
      case 0xc0: return 0;
      default: return this.#notNegative(this.#signed(d));
    }
  }

  /** A Go signed integer; outside ±(2^53−1) is an error. */
  readInt(): number {
    const d = this.readByte();
    if (d < 0x80) return d;
    switch (d) {
      case 0xcc: return this.#unsigned(1);
      case 0xcd: return this.#unsigned(2);
      case 0xce: return this.#unsigned(4);
      case 0xcf: return this.#unsigned64();
      case 0xc0: return 0;
      default: return this.#signed(d);
    }
  }

  /** A Go time.Duration: hundreds of years in nanoseconds are over 2^53, and are rounded. */
  readDuration(): number {
    const d = this.peek();
    return d === 0xcf || d === 0xd3 ? Number(this.readInteger()) : this.readInt();
  }

  /** A Go uint64, exact. */
  readUint64(): bigint {
    const value = this.readInteger();
    if (value < 0n) throw new MsgpackError('codec.decoder: Unexpected negative number for an unsigned field');
    return value;
  }

  /** Any integer, exact; nil reads as 0. */
  readInteger(): bigint {
    const d = this.peek();
    if (d !== 0xcf && d !== 0xd3) return BigInt(this.readInt());
    this.#need(9);
    const at = this.pos + 1;
    this.pos += 9;
    return d === 0xcf ? this.#bytes.readBigUInt64BE(at) : this.#bytes.readBigInt64BE(at);
  }

  /** A float of either width, or an integer. */
  readFloat(): number {
    const d = this.peek();
    if (d === 0xcb) {
      this.#need(9);
      this.pos += 9;
      return this.#bytes.readDoubleBE(this.pos - 8);
    }
    if (d === 0xca) {
      this.#need(5);
      this.pos += 5;
      return this.#bytes.readFloatBE(this.pos - 4);
    }
    return Number(this.readInteger());
  }

  /** A Go string as UTF-8 text; a bin value is an error, as in Go. */
  readString(): string {
    const size = this.#readStringHeader();
    const start = this.pos;
    this.#need(size);
    this.pos = start + size;
    return shortAsciiString(this.#bytes, start, this.pos) ?? this.#bytes.toString('utf8', start, this.pos);
  }

  /** A Go string whose bytes matter (KV keys); a bin value is an error, as in Go. */
  readByteString(): ByteString {
    return this.#latin1(this.#readStringHeader());
  }

  /** A Go []byte, from str or bin; nil reads as ''. */
  readBytes(): ByteString {
    return this.#latin1(this.#readBytesHeader());
  }

  /** A Go []byte, from str or bin, as a copy of its own; null for nil. */
  readBinary(): Buffer | null {
    if (this.tryNil()) return null;
    return Buffer.from(this.readBinaryView());
  }

  /** Like readBinary without the copy: the view holds on to the whole message. */
  readBinaryView(): Buffer {
    const size = this.#readBytesHeader();
    this.#need(size);
    this.pos += size;
    return this.#bytes.subarray(this.pos - size, this.pos);
  }

  /** Size of the array that follows, -1 for nil. The caller reads that many values. */
  readArrayHeader(): number {
    const d = this.readByte();
    if (d === 0xc0) return -1;
    let size: number;
    if (d >= 0x90 && d < 0xa0) size = d & 0x0f;
    else if (d === 0xdc) size = this.#unsigned(2);
    else if (d === 0xdd) size = this.#unsigned(4);
    else throw unrecognizedDescriptor(d);
    if (size > this.end - this.pos) throw new MsgpackNeedMoreError();
    return size;
  }

  /** Pairs of the map that follows, -1 for nil. The caller reads that many keys and values. */
  readMapHeader(): number {
    const d = this.readByte();
    if (d === 0xc0) return -1;
    let size: number;
    if (d >= 0x80 && d < 0x90) size = d & 0x0f;
    else if (d === 0xde) size = this.#unsigned(2);
    else if (d === 0xdf) size = this.#unsigned(4);
    else throw unrecognizedDescriptor(d);
    if (size * 2 > this.end - this.pos) throw new MsgpackNeedMoreError();
    return size;
  }

  /** True if an array is next. */
  isArray(): boolean {
    const d = this.peek();
    return (d >= 0x90 && d < 0xa0) || d === 0xdc || d === 0xdd;
  }

  /** Consumes the next bytes if they are these: how struct decoders meet the key they expect. */
  tryEncoded(expected: Uint8Array): boolean {
    const size = expected.length;
    const bytes = this.#bytes;
    const at = this.pos;
    if (this.end - at < size) return false;
    for (let i = 0; i < size; i++) {
      if (bytes[at + i] !== expected[i]) return false;
    }
    this.pos = at + size;
    return true;
  }

  /** Must be called around the values of each array and map, with leave(), to bound the depth. */
  enter(): void {
    if (++this.#depth > this.#maxDepth) throw new MsgpackError('codec.decoder: max depth exceeded');
  }

  leave(): void {
    this.#depth--;
  }

  /** Passes over one value of any kind. */
  skip(): void {
    const scanner = new MsgpackScanner(this.end);
    scanner.start(this.pos);
    if (!scanner.advance(this.#bytes, this.end)) throw new MsgpackNeedMoreError();
    this.pos = scanner.pos;
  }

  /** The bytes of the next value as they stand, copied: a body that is passed on unread. */
  readEncoded(): Buffer {
    const start = this.pos;
    this.skip();
    return Buffer.from(this.#bytes.subarray(start, this.pos));
  }

  #readStringHeader(): number {
    const d = this.readByte();
    if (d >= 0xa0 && d < 0xc0) return d & 0x1f;
    switch (d) {
      case 0xd9: return this.#unsigned(1);
      case 0xda: return this.#unsigned(2);
      case 0xdb: return this.#unsigned(4);
      case 0xc0: return 0;
      default: throw unrecognizedDescriptor(d);
    }
  }

  #readBytesHeader(): number {
    switch (this.peek()) {
      case 0xc4: this.pos++; return this.#unsigned(1);
      case 0xc5: this.pos++; return this.#unsigned(2);
      case 0xc6: this.pos++; return this.#unsigned(4);
      default: return this.#readStringHeader();
    }
  }

  #latin1(size: number): ByteString {
    const start = this.pos;
    this.#need(size);
    this.pos = start + size;
    return shortAsciiString(this.#bytes, start, this.pos) ?? this.#bytes.toString('latin1', start, this.pos);
  }

  #need(size: number): void {
    if (this.end - this.pos < size) throw new MsgpackNeedMoreError();
  }

  #unsigned(width: 1 | 2 | 4): number {
    this.#need(width);
    const bytes = this.#bytes;
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (bytes[this.pos++] as number);
    return value;
  }

  #unsigned64(): number {
    const high = this.#unsigned(4);
    if (high >= UNSAFE_HIGH_WORD) throw new MsgpackError('codec.decoder: integer is larger than 2^53-1');
    return high * TWO_32 + this.#unsigned(4);
  }

  #signed(descriptor: number): number {
    if (descriptor >= 0xe0) return descriptor - 0x100;
    switch (descriptor) {
      case 0xd0: return (this.#unsigned(1) << 24) >> 24;
      case 0xd1: return (this.#unsigned(2) << 16) >> 16;
      case 0xd2: return this.#unsigned(4) | 0;
      case 0xd3: {
        this.#need(8);
        const value = Number(this.#bytes.readBigInt64BE(this.pos));
        this.pos += 8;
        if (!Number.isSafeInteger(value)) throw new MsgpackError('codec.decoder: integer is outside ±(2^53-1)');
        return value;
      }
      default: throw new MsgpackError(`codec.decoder: Unrecognized descriptor byte for an integer: ${hex(descriptor)}`);
    }
  }

  #notNegative(value: number): number {
    if (value < 0) throw new MsgpackError('codec.decoder: Unexpected negative number for an unsigned field');
    return value;
  }
}

function hex(descriptor: number): string {
  return `0x${descriptor.toString(16)}`;
}
