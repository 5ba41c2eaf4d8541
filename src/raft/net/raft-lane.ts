import {type Duplex} from 'node:stream';
import {type RaftRequest, type RaftResponse} from '../core/messages.ts';
import {PreVoteUnsupportedError} from '../driver/raft-transport.ts';
import {RaftError} from '../raft-error.ts';
import {type Clock} from '../../runtime/clock.ts';
import {DeadlineTimer} from '../../runtime/deadline-timer.ts';
import {MsgpackFramer} from '../../wire/msgpack-framer.ts';
import {answerBytesMax, rpcTimeoutMs} from './limits.ts';
import {type RequestEncoder} from './request-encoder.ts';
import {decodeErrorText, decodeResponse} from './response-codec.ts';

interface Waiting {
  readonly kind: RaftRequest['kind'];
  readonly resolve: (response: RaftResponse) => void;
  readonly reject: (error: Error) => void;
  readonly sentAtMs: number;
}

/**
 * One connection to a peer, over which requests go out without waiting for the answers to those before; answers come in
 * the same order. It is made when it is first needed, and again after it broke.
 */
export class RaftLane {
  readonly #dial: () => Promise<Duplex>;
  readonly #clock: Clock;
  readonly #encoder: RequestEncoder;
  #waiting: Waiting[] = [];
  #stream: Duplex | undefined;
  /** Requests that wait for the connection to be made. */
  #unsent: Buffer[] | undefined;
  #framer = new MsgpackFramer(answerBytesMax);
  #errorText: string | undefined;
  #lastUseMs: number;
  /** One for all that wait: the eldest is due first. */
  readonly #timer: DeadlineTimer;

  constructor(dial: () => Promise<Duplex>, clock: Clock, encoder: RequestEncoder) {
    this.#dial = dial;
    this.#clock = clock;
    this.#encoder = encoder;
    this.#lastUseMs = clock.nowMs();
    this.#timer = new DeadlineTimer(clock, () => this.#deadlineMs, () => this.#fail(new RaftError('broken', 'i/o timeout')));
  }

  /** When it was last used; Infinity while an answer is awaited. */
  get idleSinceMs(): number {
    return this.#waiting.length > 0 ? Infinity : this.#lastUseMs;
  }

  send(request: RaftRequest): Promise<RaftResponse> {
    this.#lastUseMs = this.#clock.nowMs();
    return new Promise((resolve, reject) => {
      this.#waiting.push({kind: request.kind, resolve, reject, sentAtMs: this.#lastUseMs});
      this.#timer.look();
      const bytes = this.#encoder.encode(request);
      if (this.#stream !== undefined) this.#stream.write(bytes);
      else if (this.#unsent !== undefined) this.#unsent.push(bytes);
      else this.#connect(bytes);
    });
  }

  close(): void {
    this.#fail(new RaftError('shutdown', 'transport shutdown'));
  }

  /** When the eldest has waited for too long. */
  get #deadlineMs(): number {
    return (this.#waiting[0]?.sentAtMs ?? Infinity) + rpcTimeoutMs;
  }

  #connect(first: Buffer): void {
    const unsent = [first];
    this.#unsent = unsent;
    this.#dial().then(
      (stream) => {
        // The lane may have been closed, or have given up, while the connection was being made.
        if (this.#unsent === unsent) this.#connected(stream, unsent);
        else stream.destroy();
      },
      (error: unknown) => {
        if (this.#unsent === unsent) this.#fail(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  #connected(stream: Duplex, unsent: readonly Buffer[]): void {
    this.#stream = stream;
    this.#unsent = undefined;
    const broke = (error: Error): void => {
      if (this.#stream === stream) this.#fail(error);
    };
    stream.on('data', (chunk: Buffer) => {
      if (this.#stream === stream) this.#receive(chunk);
    });
    stream.on('error', broke);
    stream.on('end', () => broke(new RaftError('broken', 'EOF')));
    stream.on('close', () => broke(new RaftError('broken', 'EOF')));
    for (const bytes of unsent) stream.write(bytes);
  }

  #receive(chunk: Buffer): void {
    try {
      this.#framer.push(chunk);
      for (let value = this.#framer.next(); value !== null; value = this.#framer.next()) this.#value(value);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** An answer is two values: the text of an error, and the body. */
  #value(value: Buffer): void {
    if (this.#errorText === undefined) {
      this.#errorText = decodeErrorText(value);
      return;
    }
    const text = this.#errorText;
    this.#errorText = undefined;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw new RaftError('broken', 'an answer to no request');
    if (text === '') waiting.resolve(decodeResponse(waiting.kind, value));
    else waiting.reject(waiting.kind === 'pre-vote' && text.includes('unexpected command') ? new PreVoteUnsupportedError(text) : new RaftError('broken', text));
  }

  /** Whatever goes wrong: where the answers stand is not known any more, so the connection goes, and all that wait with it. */
  #fail(error: Error): void {
    const {waiting, stream} = {waiting: this.#waiting, stream: this.#stream};
    this.#waiting = [];
    this.#stream = undefined;
    this.#unsent = undefined;
    this.#framer = new MsgpackFramer(answerBytesMax);
    this.#errorText = undefined;
    stream?.destroy();
    this.#timer.cancel();
    for (const {reject} of waiting) reject(error);
  }
}
