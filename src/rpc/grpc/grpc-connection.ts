import {type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders} from 'node:http2';
import {type Duplex} from 'node:stream';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {grpcFrame, GrpcFramer} from './grpc-frames.ts';
import {grpcCode, GrpcError, percentDecoded} from './grpc-status.ts';
import {
  CONNECTION_WINDOW_BYTES, GRPC_MESSAGE_BYTES_MAX, KEEP_ALIVE_INTERVAL_MS, KEEP_ALIVE_TIMEOUT_MS, SESSION_MEMORY_MEGABYTES, SETTINGS_TIMEOUT_MS,
  STREAM_WINDOW_BYTES,
} from './limits.ts';

export interface GrpcConnectionOptions {
  /** What the server is called. */
  readonly authority: string;
  readonly clock: Clock;
}

export interface GrpcCallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Each message of the answer, as it comes. While a promise of it is open, nothing further is read. */
  readonly onMessage: (message: Buffer) => Promise<void> | void;
}

/** A connection to a gRPC server over a stream that somebody else dialed. */
export class GrpcConnection {
  readonly #session: ClientHttp2Session;
  readonly #clock: Clock;
  #keepAlive: Timer | undefined;

  private constructor(session: ClientHttp2Session, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
    session.on('error', () => undefined); // calls under way report it
    session.once('close', () => this.#keepAlive?.cancel());
    this.#watchAlive();
  }

  /**
   * Resolves when the server has said its settings: until then it may be something else altogether.
   * @throws GrpcError unavailable
   */
  static open(stream: Duplex, {authority, clock}: GrpcConnectionOptions): Promise<GrpcConnection> {
    const session = connect(`http://${authority}`, {
      createConnection: () => stream,
      settings: {enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES},
      maxSessionMemory: SESSION_MEMORY_MEGABYTES,
    });
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(SETTINGS_TIMEOUT_MS, () => fail('timed out waiting for server handshake'));
      const fail = (why: string): void => {
        timer.cancel();
        session.off('close', onClose).off('remoteSettings', onSettings);
        session.destroy();
        reject(new GrpcError(grpcCode.unavailable, `connection error: desc = ${JSON.stringify(`error reading server preface: ${why}`)}`));
      };
      const onClose = (): void => fail('EOF');
      const onSettings = (): void => {
        timer.cancel();
        session.off('error', onError).off('close', onClose);
        session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
        resolve(new GrpcConnection(session, clock));
      };
      const onError = (error: Error): void => fail(error.message);
      session.on('error', onError).once('close', onClose).once('remoteSettings', onSettings);
    });
  }

  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  onClose(listener: () => void): void {
    this.#session.once('close', listener);
  }

  /** Calls under way fail. */
  close(): void {
    this.#session.destroy();
  }

  /**
   * One request, any number of messages in answer. Resolves when the server ends the call well.
   * @throws GrpcError the server's, `unavailable` when the connection breaks, `canceled` when the signal aborts
   */
  call(path: string, request: Uint8Array, {signal, metadata = {}, onMessage}: GrpcCallOptions): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(canceled());
    if (!this.isOpen) return Promise.reject(broken('the connection is closed'));
    const stream = this.#session.request({...metadata, ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers'});
    stream.end(grpcFrame(request));
    return new ClientCall(stream, signal, onMessage).ended;
  }

  /** One request, one answer. @throws GrpcError as `call` */
  async unary(path: string, request: Uint8Array, options: Omit<GrpcCallOptions, 'onMessage'> = {}): Promise<Buffer> {
    let answer: Buffer | undefined;
    await this.call(path, request, {...options, onMessage: (message) => void (answer ??= message)});
    if (answer === undefined) throw new GrpcError(grpcCode.internal, 'the server ended the call without an answer');
    return answer;
  }

  /** A connection that looks alive and is not, as after a partition, would keep its calls waiting for good. */
  #watchAlive(): void {
    this.#keepAlive = this.#clock.setTimer(KEEP_ALIVE_INTERVAL_MS, () => {
      if (!this.isOpen) return;
      const dead = this.#clock.setTimer(KEEP_ALIVE_TIMEOUT_MS, () => this.#session.destroy());
      const isSent = this.#session.ping((error) => {
        dead.cancel();
        if (error === null) this.#watchAlive();
      });
      if (!isSent) dead.cancel();
    });
  }
}

/** The asking side of one HTTP/2 stream. */
class ClientCall {
  readonly ended: Promise<void>;
  readonly #framer = new GrpcFramer(GRPC_MESSAGE_BYTES_MAX);
  readonly #onMessage: GrpcCallOptions['onMessage'];
  readonly #stream: ClientHttp2Stream;
  #head: IncomingHttpHeaders = {};
  #trailers: IncomingHttpHeaders = {};
  #fault: Error | undefined;
  /** Messages handed out whose promises are open. */
  #untaken = 0;

  constructor(stream: ClientHttp2Stream, signal: AbortSignal | undefined, onMessage: GrpcCallOptions['onMessage']) {
    this.#stream = stream;
    this.#onMessage = onMessage;
    const onAbort = (): void => this.#cancel(canceled());
    signal?.addEventListener('abort', onAbort, {once: true});
    stream.on('response', (headers) => (this.#head = headers));
    stream.on('trailers', (headers) => (this.#trailers = headers));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) => (this.#fault ??= broken(error.message)));
    this.ended = new Promise((resolve, reject) => {
      stream.once('close', () => {
        signal?.removeEventListener('abort', onAbort);
        const error = this.#fault ?? this.#statusError();
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#fault !== undefined) return;
    try {
      for (const message of this.#framer.push(chunk)) {
        const taken = this.#onMessage(message);
        if (taken !== undefined) this.#pauseUntil(taken);
      }
    } catch (error) {
      this.#cancel(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #pauseUntil(taken: Promise<void>): void {
    this.#untaken++;
    this.#stream.pause();
    taken.then(
      () => {
        if (--this.#untaken === 0) this.#stream.resume();
      },
      (error: unknown) => this.#cancel(error instanceof Error ? error : new Error(String(error))),
    );
  }

  #cancel(why: Error): void {
    this.#fault ??= why;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #statusError(): GrpcError | undefined {
    const from = this.#trailers['grpc-status'] === undefined ? this.#head : this.#trailers;
    const status = from['grpc-status'];
    if (status === undefined) {
      const httpStatus = this.#head[':status'];
      if (httpStatus === undefined) return broken('EOF');
      return Number(httpStatus) === 200 ? broken('the stream ended without a status') : new GrpcError(grpcCode.unknown, `unexpected HTTP status code received from server: ${String(httpStatus)}`);
    }
    const code = Number(status);
    return code === grpcCode.ok ? undefined : new GrpcError(Number.isNaN(code) ? grpcCode.unknown : code, percentDecoded(String(from['grpc-message'] ?? '')));
  }
}

function canceled(): GrpcError {
  return new GrpcError(grpcCode.canceled, 'context canceled');
}

function broken(why: string): GrpcError {
  return new GrpcError(grpcCode.unavailable, `error reading from server: ${why}`);
}
