import {MsgpackError} from './msgpack-error.ts';

/**
 * Finds where a msgpack value ends, in one pass and without recursion, however the bytes are cut into chunks:
 * `advance` goes on where it stopped. It counts the values still to pass instead of keeping a stack, so that
 * nesting costs nothing.
 */
export class MsgpackScanner {
  /** Next byte to look at; may lie past the end while a long string is on its way. */
  pos = 0;
  #valuesToPass = 1;
  readonly #maxValues: number;

  /** @param maxValues more nested values than this in one value is an error; every value takes at least a byte */
  constructor(maxValues: number) {
    this.#maxValues = maxValues;
  }

  /** Starts on the value at `pos`. */
  start(pos: number): void {
    this.pos = pos;
    this.#valuesToPass = 1;
  }

  /**
   * Goes on to the end of the value within `bytes[..end]`. True when the value is whole (it ends at `pos`),
   * false when more bytes are needed.
   * @throws MsgpackError for the one unassigned descriptor, and for more than `maxValues` values
   */
  advance(bytes: Uint8Array, end: number): boolean {
    while (this.#valuesToPass > 0) {
      if (this.pos >= end) return false;
      const size = this.#headerSize(bytes[this.pos] as number);
      if (this.pos + size > end) return false;
      this.#pass(bytes, this.pos);
      if (this.#valuesToPass > this.#maxValues) throw new MsgpackError('msgpack value is too large');
    }
    return this.pos <= end;
  }

  /** Bytes of descriptor and length. */
  #headerSize(descriptor: number): number {
    switch (descriptor) {
      case 0xc4: case 0xc7: case 0xd9: return 2;
      case 0xc5: case 0xc8: case 0xda: case 0xdc: case 0xde: return 3;
      case 0xc6: case 0xc9: case 0xdb: case 0xdd: case 0xdf: return 5;
      default: return 1;
    }
  }

  #pass(bytes: Uint8Array, at: number): void {
    const d = bytes[at] as number;
    this.#valuesToPass--;
    if (d < 0x80 || d >= 0xe0) this.pos = at + 1;
    else if (d < 0x90) this.#enter(at + 1, (d & 0x0f) * 2);
    else if (d < 0xa0) this.#enter(at + 1, d & 0x0f);
    else if (d < 0xc0) this.pos = at + 1 + (d & 0x1f);
    else this.#passWide(bytes, at, d);
  }

  #passWide(bytes: Uint8Array, at: number, d: number): void {
    switch (d) {
      case 0xc0: case 0xc2: case 0xc3: this.pos = at + 1; return;
      case 0xcc: case 0xd0: this.pos = at + 2; return;
      case 0xcd: case 0xd1: case 0xd4: this.pos = at + 3; return;
      case 0xd5: this.pos = at + 4; return;
      case 0xca: case 0xce: case 0xd2: this.pos = at + 5; return;
      case 0xd6: this.pos = at + 6; return;
      case 0xcb: case 0xcf: case 0xd3: this.pos = at + 9; return;
      case 0xd7: this.pos = at + 10; return;
      case 0xd8: this.pos = at + 18; return;
      case 0xc4: case 0xd9: this.pos = at + 2 + unsigned(bytes, at + 1, 1); return;
      case 0xc5: case 0xda: this.pos = at + 3 + unsigned(bytes, at + 1, 2); return;
      case 0xc6: case 0xdb: this.pos = at + 5 + unsigned(bytes, at + 1, 4); return;
      case 0xc7: this.pos = at + 3 + unsigned(bytes, at + 1, 1); return;
      case 0xc8: this.pos = at + 4 + unsigned(bytes, at + 1, 2); return;
      case 0xc9: this.pos = at + 6 + unsigned(bytes, at + 1, 4); return;
      case 0xdc: this.#enter(at + 3, unsigned(bytes, at + 1, 2)); return;
      case 0xdd: this.#enter(at + 5, unsigned(bytes, at + 1, 4)); return;
      case 0xde: this.#enter(at + 3, unsigned(bytes, at + 1, 2) * 2); return;
      case 0xdf: this.#enter(at + 5, unsigned(bytes, at + 1, 4) * 2); return;
      default: throw new MsgpackError(`msgpack descriptor 0x${d.toString(16)} is not assigned`);
    }
  }

  #enter(pos: number, values: number): void {
    this.pos = pos;
    this.#valuesToPass += values;
  }
}

function unsigned(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}
