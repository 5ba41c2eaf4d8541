import {PROTOBUF_MAX_DEPTH} from './limits.ts';
import {wireType} from './protobuf-writer.ts';

/** Bytes that are not the protobuf message that was asked for. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Reads protobuf out of one buffer. All methods throw ProtobufError when the bytes end early or mean nothing. */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** True at the end of the message being read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Number and wire type of the next field: `number * 8 + type`. */
  readTag(): number {
    const tag = this.readUnsigned();
    if (tag < 8 || tag > 0xffff_ffff) throw new ProtobufError(`field number ${Math.floor(tag / 8)} is out of range`);
    return tag;
  }

  /** An unsigned integer. What no number can hold exactly is an error. */
  readUnsigned(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const [low, high] = this.#readHalves(first);
    if (high > 0x1f_ffff) throw new ProtobufError('integer is out of range');
    return high * 0x1_0000_0000 + low;
  }

  /** A signed integer (int32, int64), which is written as its two's complement of 64 bits. */
  readSigned(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const [low, high] = this.#readHalves(first);
    const value = (high | 0) * 0x1_0000_0000 + low;
    if (!Number.isSafeInteger(value)) throw new ProtobufError('integer is out of range');
    return value;
  }

  /** A uint64, whatever its size. */
  readUint64(): bigint {
    const first = this.#byte();
    if (first < 0x80) return BigInt(first);
    const [low, high] = this.#readHalves(first);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  readDouble(): number {
    const at = this.#advance(8);
    return this.#bytes.readDoubleLE(at);
  }

  readText(): string {
    const size = this.readUnsigned();
    const at = this.#advance(size);
    return this.#bytes.toString('utf8', at, at + size);
  }

  /** The bytes themselves, not a copy. */
  readBytes(): Buffer {
    const size = this.readUnsigned();
    const at = this.#advance(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** Reads one message inside another: `body` is called within its bounds, and must read all of it. */
  readMessage(body: () => void): void {
    const size = this.readUnsigned();
    const outerEnd = this.#end;
    if (size > outerEnd - this.#at) throw unexpectedEnd();
    if (++this.#depth > PROTOBUF_MAX_DEPTH) throw new ProtobufError('messages are nested too deeply');
    this.#end = this.#at + size;
    body();
    this.#at = this.#end;
    this.#end = outerEnd;
    this.#depth--;
  }

  /** Passes over the value of a field that nobody asked for. */
  skip(type: number): void {
    switch (type) {
      case wireType.varint:
        this.#readHalves(this.#byte());
        break;
      case wireType.fixed64:
        this.#advance(8);
        break;
      case wireType.bytes:
        this.#advance(this.readUnsigned());
        break;
      case wireType.fixed32:
        this.#advance(4);
        break;
      default:
        throw new ProtobufError(`wire type ${type} is not supported`);
    }
  }

  /** The low and high 32 bits of a varint that began with `first`. */
  #readHalves(first: number): readonly [low: number, high: number] {
    let low = first & 0x7f;
    let high = 0;
    let byte = first;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift > 63) throw new ProtobufError('integer is longer than ten bytes');
      byte = this.#byte();
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 31) high |= bits << (shift - 32);
      else if (shift > 25) high |= bits >>> (32 - shift);
    }
    return [low >>> 0, high >>> 0];
  }

  #byte(): number {
    if (this.#at >= this.#end) throw unexpectedEnd();
    return this.#bytes[this.#at++] ?? 0;
  }

  /** @returns where the bytes stand that were passed over */
  #advance(size: number): number {
    if (size > this.#end - this.#at) throw unexpectedEnd();
    const at = this.#at;
    this.#at += size;
    return at;
  }
}

function unexpectedEnd(): ProtobufError {
  return new ProtobufError('unexpected EOF');
}
