/**
 * LZW as memberlist packs messages: least significant bit first, literals of 8 bits, clear code 256, end code 257,
 * codes of 9 to 12 bits [gossip.md §3.5].
 */
const CLEAR = 256;
const END = 257;
const CODE_MAX = 4095;
const WIDTH_MIN = 9;
/** The first code that needs one more bit than the fewest. */
const OVERFLOW_MIN = 1 << WIDTH_MIN;
const WIDTH_MAX = 12;

/** Bytes that are not what an encoder makes, or that unpack to too much. */
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

/** Takes codes out of bytes, least significant bit first. */
class BitReader {
  readonly #input: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  /** @throws LzwError at the end of the bytes */
  take(width: number): number {
    while (this.#count < width) {
      if (this.#at >= this.#input.length) throw new LzwError('lzw: unexpected end');
      this.#bits |= (this.#input[this.#at++] as number) << this.#count;
      this.#count += 8;
    }
    const code = this.#bits & ((1 << width) - 1);
    this.#bits >>>= width;
    this.#count -= width;
    return code;
  }
}

/** Bytes that grow up to a limit. */
class Unpacked {
  readonly #bytesMax: number;
  #out: Buffer;
  #length = 0;

  constructor(bytesExpected: number, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#out = Buffer.allocUnsafe(Math.min(bytesMax, bytesExpected));
  }

  /** @throws LzwError beyond the limit */
  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytesMax) throw new LzwError(`lzw: unpacks to more than ${this.#bytesMax} bytes`);
    if (length > this.#out.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(this.#out.length * 2, length)));
      this.#out.copy(larger, 0, 0, this.#length);
      this.#out = larger;
    }
    this.#out.set(bytes, this.#length);
    this.#length = length;
  }

  finish(): Buffer {
    return this.#out.subarray(0, this.#length);
  }
}

/** Packs `input`; the bytes are those of the reference's encoder. */
export function lzwCompress(input: Uint8Array): Buffer {
  const out = new BitWriter(input.length * 2 + 16);
  out.put(CLEAR, WIDTH_MIN);
  const table = new Map<number, number>();
  let high = END;
  let overflow = OVERFLOW_MIN;
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
    overflow = OVERFLOW_MIN;
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
  const codes = new BitReader(input);
  const out = new Unpacked(Math.max(256, input.length * 4), bytesMax);
  const prefixes = new Uint16Array(CODE_MAX + 1);
  const suffixes = new Uint8Array(CODE_MAX + 1);
  const scratch = new Uint8Array(CODE_MAX + 2);
  let high = END;
  let overflow = OVERFLOW_MIN;
  let width = WIDTH_MIN;
  let last = -1;
  for (;;) {
    const code = codes.take(width);
    if (code === END) return out.finish();
    if (code === CLEAR) {
      high = END;
      overflow = OVERFLOW_MIN;
      width = WIDTH_MIN;
      last = -1;
      continue;
    }
    if (code > high || (code === high && last < 0 && code >= CLEAR)) throw new LzwError(`lzw: invalid code ${code}`);
    // The code that is only now being made is the last one, and its own first byte once more.
    const isNew = code === high && last >= 0;
    let at = isNew ? scratch.length - 1 : scratch.length;
    let walk = isNew ? last : code;
    while (walk >= CLEAR) {
      scratch[--at] = suffixes[walk] as number;
      walk = prefixes[walk] as number;
    }
    scratch[--at] = walk;
    if (isNew) scratch[scratch.length - 1] = walk;
    out.append(scratch.subarray(at));
    if (last >= 0) {
      suffixes[high] = walk;
      prefixes[high] = last;
    }
    last = code;
    if (++high < overflow) continue;
    if (width < WIDTH_MAX) {
      width++;
      overflow *= 2;
    } else {
      last = -1;
      high--;
    }
  }
}
