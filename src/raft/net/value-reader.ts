import {type Readable} from 'node:stream';
import {awaitReadable} from '../../runtime/await-readable.ts';
import {MsgpackFramer} from '../../wire/msgpack-framer.ts';

/** Pulls msgpack values, and raw bytes between them, from a stream that does not flow. */
export class ValueReader {
  readonly #stream: Readable;
  readonly #framer: MsgpackFramer;

  /** @param valueBytesMax a longer value is an error */
  constructor(stream: Readable, valueBytesMax: number) {
    this.#stream = stream;
    this.#framer = new MsgpackFramer(valueBytesMax);
  }

  /** The bytes of the next value; undefined at the end of the stream. @throws MsgpackError */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const value = this.#framer.next();
      if (value !== null) return value;
      const chunk = this.#stream.read() as Buffer | null;
      if (chunk !== null) this.#framer.push(chunk);
      else if (!(await awaitReadable(this.#stream))) return undefined;
    }
  }

  /** Exactly `count` bytes, as they come. @throws Error when the stream ends before */
  async *raw(count: number): AsyncGenerator<Buffer, void, undefined> {
    let left = count;
    let chunk: Buffer | null = this.#framer.takeRest();
    while (left > 0) {
      if (chunk !== null && chunk.length > 0) {
        const part = chunk.subarray(0, left);
        if (part.length < chunk.length) this.#framer.push(chunk.subarray(left));
        left -= part.length;
        yield part;
      } else if (chunk === null && !(await awaitReadable(this.#stream))) {
        throw new Error(`unexpected EOF, ${left} of ${count} bytes missing`);
      }
      if (left > 0) chunk = this.#stream.read() as Buffer | null;
    }
  }
}
