import {type Clock} from '../../runtime/clock.ts';
import {DeadlineTimer} from '../../runtime/deadline-timer.ts';
import {MsgpackFramer} from '../../wire/msgpack-framer.ts';
import {canceledText, RpcCallError, type RpcFailure} from './rpc-error.ts';
import {requestBytes, ResponseHeader} from './rpc-messages.ts';
import {type YamuxStream} from './yamux-stream.ts';

/** How long a call may take, and who may end it sooner. */
export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly seq: bigint;
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: RpcCallError) => void;
  readonly untilMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
}

let lastSeq = 0n;

/** The calling side of a msgpack-rpc stream: one call at a time. After any error the stream is closed, as Go's client does. */
export class RpcClientStream {
  readonly #stream: YamuxStream;
  readonly #clock: Clock;
  readonly #framer = new MsgpackFramer();
  #header: ResponseHeader | undefined;
  #waiting: Waiting | undefined;
  readonly #timer: DeadlineTimer;
  #closed = false;

  constructor(stream: YamuxStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#timer = new DeadlineTimer(clock, () => this.#waiting?.untilMs ?? Infinity, () => this.#fail('timeout', 'i/o deadline reached'));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('end', () => this.#fail('broken', 'EOF'));
    stream.on('error', (error: Error) => this.#fail('broken', error.message === 'session shutdown' ? 'EOF' : error.message));
    stream.on('close', () => this.#fail('broken', 'EOF'));
  }

  /** True when another call may be made. */
  get isIdle(): boolean {
    return !this.#closed && this.#waiting === undefined;
  }

  /**
   * Makes a call with a body as it is to be sent.
   * @returns the body of the answer as it came
   * @throws RpcCallError
   */
  call(method: string, body: Uint8Array, {timeoutMs, signal}: CallOptions): Promise<Buffer> {
    if (!this.isIdle) return Promise.reject(new RpcCallError('broken', 'stream closed'));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#fail('aborted', canceledText);
      const seq = ++lastSeq;
      const untilMs = this.#clock.nowMs() + timeoutMs;
      this.#waiting = {seq, resolve, reject, untilMs, signal, onAbort};
      this.#timer.look();
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener('abort', onAbort, {once: true});
      this.#stream.send(requestBytes({Seq: seq, ServiceMethod: method}, body));
    });
  }

  close(): void {
    this.#fail('broken', 'stream closed');
  }

  #receive(chunk: Buffer): void {
    try {
      this.#framer.push(chunk);
      for (let value = this.#framer.next(); value !== null; value = this.#framer.next()) this.#value(value);
    } catch (error) {
      this.#fail('broken', error instanceof Error ? error.message : String(error));
    }
  }

  #value(value: Buffer): void {
    if (this.#header === undefined) {
      this.#header = ResponseHeader.fromMsgpack(value);
      return;
    }
    const {Error: text, Seq} = this.#header;
    this.#header = undefined;
    if (Seq !== this.#waiting?.seq) this.#fail('broken', 'an answer to another request');
    else if (text !== '') this.#fail('remote', text);
    else this.#settle()?.resolve(value);
  }

  #fail(failure: RpcFailure, reason: string): void {
    const waiting = this.#settle();
    if (!this.#closed) {
      this.#closed = true;
      this.#timer.cancel();
      this.#stream.destroy();
    }
    waiting?.reject(new RpcCallError(failure, reason));
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.signal?.removeEventListener('abort', waiting.onAbort);
    return waiting;
  }
}
