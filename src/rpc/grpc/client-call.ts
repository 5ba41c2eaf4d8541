import {type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders} from 'node:http2';
import {asError} from '../../runtime/thrown.ts';
import {grpcFrame, GrpcFramer} from './grpc-frames.ts';
import {grpcCode, GrpcError, percentDecoded} from './grpc-status.ts';
import {GRPC_MESSAGE_BYTES_MAX} from './limits.ts';

export interface GrpcCallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Of one message; absent: Consul's bound. */
  readonly bytesMax?: number;
  /** Each message of the answer, as it comes. While a promise of it is open, nothing further is read. */
  readonly onMessage: (message: Buffer) => Promise<void> | void;
}

/**
 * Makes a call on an HTTP/2 session: one request, any number of messages in answer. Resolves when the server ends it well.
 * @throws GrpcError the server's, `unavailable` when the connection breaks, `canceled` when the signal aborts
 */
export function callOn(session: ClientHttp2Session, path: string, request: Uint8Array, options: GrpcCallOptions): Promise<void> {
  const {signal, metadata = {}} = options;
  if (signal?.aborted === true) return Promise.reject(canceled());
  if (session.closed || session.destroyed) return Promise.reject(broken('the connection is closed'));
  const stream = session.request({...metadata, ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers'});
  stream.end(grpcFrame(request));
  return new ClientCall(stream, options).ended;
}

/** One request, one answer. @throws GrpcError as `callOn` */
export async function unaryOn(session: ClientHttp2Session, path: string, request: Uint8Array, options: Omit<GrpcCallOptions, 'onMessage'> = {}): Promise<Buffer> {
  let answer: Buffer | undefined;
  await callOn(session, path, request, {...options, onMessage: (message) => void (answer ??= message)});
  if (answer === undefined) throw new GrpcError(grpcCode.internal, 'the server ended the call without an answer');
  return answer;
}

/** The asking side of one HTTP/2 stream. */
class ClientCall {
  readonly ended: Promise<void>;
  readonly #framer: GrpcFramer;
  readonly #onMessage: GrpcCallOptions['onMessage'];
  readonly #stream: ClientHttp2Stream;
  #head: IncomingHttpHeaders = {};
  #trailers: IncomingHttpHeaders = {};
  #fault: Error | undefined;
  /** Messages handed out whose promises are open. */
  #untaken = 0;

  constructor(stream: ClientHttp2Stream, {signal, onMessage, bytesMax = GRPC_MESSAGE_BYTES_MAX}: GrpcCallOptions) {
    this.#framer = new GrpcFramer(bytesMax);
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
      this.#cancel(asError(error));
    }
  }

  #pauseUntil(taken: Promise<void>): void {
    this.#untaken++;
    this.#stream.pause();
    taken.then(
      () => {
        if (--this.#untaken === 0) this.#stream.resume();
      },
      (error: unknown) => this.#cancel(asError(error)),
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
