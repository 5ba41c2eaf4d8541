import {PROTOBUF_WRITER_START_BYTES} from './limits.ts';

/** The four ways in which a protobuf field's value is laid out that are in use. */
export const wireType = {varint: 0, fixed64: 1, bytes: 2, fixed32: 5} as const;

/** Writes protobuf (the "proto3" encoding) into one buffer that grows. */
export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(PROTOBUF_WRITER_START_BYTES);
  #length = 0;

  /** What was written, in a buffer of its own. */
  toBuffer(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  /** Number and wire type of the field that follows. */
  writeTag(field: number, type: number): void {
    this.writeVarint(field * 8 + type);
  }

  /** An integer of either sign; negative ones take ten bytes, as in two's complement of 64 bits. */
  writeVarint(value: number): void {
    this.#reserve(10);
    if (value < 0) {
      this.writeUint64(BigInt.asUintN(64, BigInt(value)));
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = rest > 0x7fff_ffff ? Math.floor(rest / 0x80) : rest >>> 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  /** A uint64. */
  writeUint64(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  writeDouble(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** Text in UTF-8, with its length before it. */
  writeText(text: string): void {
    const size = Buffer.byteLength(text);
    this.writeVarint(size);
    this.#reserve(size);
    this.#length += this.#buffer.write(text, this.#length);
  }

  writeBytes(bytes: Uint8Array): void {
    this.writeVarint(bytes.length);
    this.writeRaw(bytes);
  }

  /** Bytes that are protobuf already, or stand before it. */
  writeRaw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What `body` writes, with its length before it. */
  writeMessage(body: () => void): void {
    this.#reserve(1);
    const lengthAt = this.#length++;
    body();
    const size = this.#length - lengthAt - 1;
    if (size <= 0x7f) {
      this.#buffer[lengthAt] = size;
      return;
    }
    // Most messages are short: room for longer lengths is made only when one is needed.
    const extra = varintSize(size) - 1;
    this.#reserve(extra);
    this.#buffer.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.#length);
    this.#length = lengthAt;
    this.writeVarint(size);
    this.#length += size;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
