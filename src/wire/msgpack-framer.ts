import {MSGPACK_MAX_VALUE_BYTES} from './limits.ts';
import {MsgpackError} from './msgpack-error.ts';
import {MsgpackScanner} from './msgpack-scanner.ts';

/**
 * Cuts a byte stream into msgpack values, for msgpack-rpc has no length prefix (rpc-raft.md §5). Every byte is
 * looked at once, however small the chunks. Values handed out stay valid: their bytes are never written again.
 */
export class MsgpackFramer {
  readonly #maxValueBytes: number;
  readonly #scanner: MsgpackScanner;
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** @param maxValueBytes a longer value is an error */
  constructor(maxValueBytes = MSGPACK_MAX_VALUE_BYTES) {
    this.#maxValueBytes = maxValueBytes;
    this.#scanner = new MsgpackScanner(maxValueBytes);
  }

  /** Bytes taken in and not yet handed out. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Takes the next chunk, which the caller must not change afterwards. */
  push(chunk: Uint8Array): void {
    const pending = this.#end - this.#start;
    if (pending === 0) {
      this.#adopt(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      return;
    }
    if (this.#end + chunk.length > this.#buffer.length || !this.#owned) this.#grow(pending + chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The bytes of the next whole value, or null until more chunks have come.
   * @throws MsgpackError for bytes that are no msgpack and for a value over the limit; the stream is then of no more use
   */
  next(): Buffer | null {
    if (this.#start === this.#end) return null;
    const whole = this.#scanner.advance(this.#buffer, this.#end);
    if (this.#scanner.pos - this.#start > this.#maxValueBytes) {
      throw new MsgpackError(`msgpack value is longer than ${this.#maxValueBytes} bytes`);
    }
    if (!whole) return null;
    const value = this.#buffer.subarray(this.#start, this.#scanner.pos);
    this.#start = this.#scanner.pos;
    this.#scanner.start(this.#start);
    return value;
  }

  /** Everything not yet handed out, raw; the framer is empty afterwards (a stream that changes its protocol). */
  takeRest(): Buffer {
    const rest = this.#buffer.subarray(this.#start, this.#end);
    this.#adopt(Buffer.alloc(0));
    return rest;
  }

  /** False while the buffer is a caller's chunk, into which nothing may be written. */
  #owned = false;

  #adopt(chunk: Buffer): void {
    this.#buffer = chunk;
    this.#owned = false;
    this.#start = 0;
    this.#end = chunk.length;
    this.#scanner.start(0);
  }

  /** Moves what is pending to a new buffer; doubling keeps the sum of copies linear. */
  #grow(wanted: number): void {
    const pending = this.#end - this.#start;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, pending * 2, 4096));
    this.#buffer.copy(larger, 0, this.#start, this.#end);
    this.#scanner.pos -= this.#start;
    this.#buffer = larger;
    this.#owned = true;
    this.#start = 0;
    this.#end = pending;
  }
}
