import {type Clock} from '../../runtime/clock.ts';
import {errorText} from '../../runtime/thrown.ts';
import {IDLE_STREAMS_MAX} from './limits.ts';
import {type CallOptions, RpcClientStream} from './rpc-client-stream.ts';
import {RpcCallError} from './rpc-error.ts';
import {type YamuxConnection} from './yamux-connection.ts';

/** A yamux session to a server, with the streams that wait there for their next call. */
export class PooledConnection {
  readonly #session: YamuxConnection;
  readonly #clock: Clock;
  #idleStreams: RpcClientStream[] = [];
  #calls = 0;
  #lastCallMs: number;

  constructor(session: YamuxConnection, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
    this.#lastCallMs = clock.nowMs();
  }

  /** When the last call ended; Infinity while there is one. */
  get idleSinceMs(): number {
    return this.#calls > 0 ? Infinity : this.#lastCallMs;
  }

  /** False when it takes no further calls; those under way go on. */
  get isUsable(): boolean {
    return this.#session.isUsable;
  }

  /** @throws RpcCallError */
  async call(method: string, body: Uint8Array, options: CallOptions): Promise<Buffer> {
    this.#calls++;
    try {
      const stream = this.#takeIdle() ?? (await this.#open());
      const answer = await stream.call(method, body, options);
      if (stream.isIdle && this.#idleStreams.length < IDLE_STREAMS_MAX) this.#idleStreams.push(stream);
      else stream.close();
      return answer;
    } finally {
      this.#calls--;
      this.#lastCallMs = this.#clock.nowMs();
    }
  }

  close(): void {
    this.#session.close();
  }

  async #open(): Promise<RpcClientStream> {
    try {
      return new RpcClientStream(await this.#session.openStream(), this.#clock);
    } catch (error) {
      throw new RpcCallError('broken', errorText(error));
    }
  }

  /** The stream used last, for it is the least likely to have been closed by the server meanwhile. */
  #takeIdle(): RpcClientStream | undefined {
    for (let stream = this.#idleStreams.pop(); stream !== undefined; stream = this.#idleStreams.pop()) {
      if (stream.isIdle) return stream;
    }
    return undefined;
  }
}
