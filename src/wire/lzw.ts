/**
 * LZW as memberlist packs messages: least significant bit first, literals of 8 bits, clear code 256, end code 257,
 * codes of 9 to 12 bits [gossip.md §3.5].
 */
const CLEAR = 256;
const END = 257;
const CODE_MAX = 4095;
const WIDTH_MIN = 9;
const WIDTH_MAX = 12;

export class LzwError extends Error {
  override readonly name = 'LzwError';
}

/** Packs codes into bytes, least significant bit first. */
class BitWriter {
  readonly #out: Buffer;
  #length = 0;
  #bits = 0;
  #count = 0;

  constructor(bytesMax: number) {
    this.#out = Buffer.allocUnsafe(bytesMax);
  }

  put(code: number, width: number): void {
    this.#bits |= code << this.#count;
    this.#count += width;
    while (this.#count >= 8) {
      this.#out[this.#length++] = this.#bits & 0xff;
      this.#bits >>>= 8;
      this.#count -= 8;
    }
  }

  finish(): Buffer {
    if (this.#count > 0) this.#out[this.#length++] = this.#bits & 0xff;
    return this.#out.subarray(0, this.#length);
  }
}

/** Packs `input`; the bytes are those of the reference's encoder. */
export function lzwCompress(input: Uint8Array): Buffer {
  const out = new BitWriter(input.length * 2 + 16);
  out.put(CLEAR, WIDTH_MIN);
  const table = new Map<number, number>();
  let high = END;
  let overflow = 512;
  let width = WIDTH_MIN;
  const emit = (code: number): boolean => {
    out.put(code, width);
    if (++high === overflow) {
      width++;
      overflow *= 2;
    }
    if (high !== CODE_MAX) return true;
    out.put(CLEAR, width);
    high = END;
    overflow = 512;
    width = WIDTH_MIN;
    table.clear();
    return false;
  };
  let prefix = input[0];
  if (prefix !== undefined) {
    for (let i = 1; i < input.length; i++) {
      const byte = input[i] as number;
      const key = prefix * 256 + byte;
      const known = table.get(key);
      if (known !== undefined) {
        prefix = known;
        continue;
      }
      if (emit(prefix)) table.set(key, high);
      prefix = byte;
    }
    emit(prefix);
  }
  out.put(END, width);
  return out.finish();
}

/**
 * Unpacks `input`, with or without a leading clear code; what follows the end code is ignored.
 * @param bytesMax a longer result is an error
 * @throws LzwError
 */
export function lzwDecompress(input: Uint8Array, bytesMax: number): Buffer {
  const prefixes = new Uint16Array(CODE_MAX + 1);
  const suffixes = new Uint8Array(CODE_MAX + 1);
  const scratch = new Uint8Array(CODE_MAX + 2);
  let out = Buffer.allocUnsafe(Math.min(bytesMax, Math.max(256, input.length * 4)));
  let length = 0;
  let high = END;
  let overflow = 512;
  let width = WIDTH_MIN;
  let last = -1;
  let bits = 0;
  let count = 0;
  let pos = 0;
  for (;;) {
    while (count < width) {
      if (pos >= input.length) throw new LzwError('lzw: unexpected end');
      bits |= (input[pos++] as number) << count;
      count += 8;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    count -= width;
    if (code === END) return out.subarray(0, length);
    if (code === CLEAR) {
      high = END;
      overflow = 512;
      width = WIDTH_MIN;
      last = -1;
      continue;
    }
    if (code > high || (code === high && last < 0 && code >= CLEAR)) throw new LzwError(`lzw: invalid code ${code}`);
    let at = scratch.length;
    let walk = code;
    if (code === high && last >= 0) {
      at--;
      walk = last;
    }
    while (walk >= CLEAR) {
      scratch[--at] = suffixes[walk] as number;
      walk = prefixes[walk] as number;
    }
    scratch[--at] = walk;
    if (code === high && last >= 0) scratch[scratch.length - 1] = walk;
    const size = scratch.length - at;
    if (length + size > bytesMax) throw new LzwError(`lzw: unpacks to more than ${bytesMax} bytes`);
    if (length + size > out.length) {
      const larger = Buffer.allocUnsafe(Math.min(bytesMax, Math.max(out.length * 2, length + size)));
      out.copy(larger, 0, 0, length);
      out = larger;
    }
    out.set(scratch.subarray(at), length);
    length += size;
    if (last >= 0) {
      suffixes[high] = walk;
      prefixes[high] = last;
    }
    last = code;
    high++;
    if (high >= overflow) {
      if (width === WIDTH_MAX) {
        last = -1;
        high--;
      } else {
        width++;
        overflow *= 2;
      }
    }
  }
}
