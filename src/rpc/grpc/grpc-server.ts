import {constants, type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream} from 'node:http2';
import {type Duplex} from 'node:stream';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {asError, errorText} from '../../runtime/thrown.ts';
import {GrpcFramer} from './grpc-frames.ts';
import {grpcCode, GrpcError, percentEncoded} from './grpc-status.ts';
import {CALLS_PER_CONNECTION_MAX, CONNECTION_WINDOW_BYTES, GRPC_REQUEST_BYTES_MAX, SESSION_MEMORY_MEGABYTES, STREAM_WINDOW_BYTES} from './limits.ts';

/** One call, as the method that answers it sees it. */
export interface GrpcCall {
  /** What the caller sent beside its request, such as `x-consul-token`. */
  readonly metadata: IncomingHttpHeaders;
  /** Address of the caller. */
  readonly from: string;
  /** Aborts when the caller has gone or waits no longer. */
  readonly signal: AbortSignal;
  /**
   * Sends framed messages: one or many. Resolves when there is room for more.
   * @throws GrpcError when the caller has gone
   */
  send(frames: Uint8Array): Promise<void>;
}

/** Answers calls with one request. @throws GrpcError how the call ends, if not well */
export type GrpcMethod = (request: Buffer, call: GrpcCall) => Promise<void>;

/** Methods by path: `/package.Service/Method`. */
export type GrpcMethods = ReadonlyMap<string, GrpcMethod>;

export interface GrpcServerOptions {
  readonly methods: GrpcMethods;
  readonly clock: Clock;
  readonly logger: Logger;
}

const contentType = {':status': 200, 'content-type': 'application/grpc'} as const;

/** Serves gRPC on connections that somebody else accepted (HTTP/2 with prior knowledge). */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #services: ReadonlySet<string>;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#services = new Set([...options.methods.keys()].map((path) => path.split('/')[1] ?? ''));
  }

  /** Takes a connection over for its whole life. */
  accept(stream: Duplex, from: string): void {
    const {logger} = this.#options;
    const session = performServerHandshake(stream, {
      settings: {maxConcurrentStreams: CALLS_PER_CONNECTION_MAX, initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false},
      maxSessionMemory: SESSION_MEMORY_MEGABYTES,
    });
    this.#sessions.add(session);
    session.on('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    session.on('error', (error) => logger.trace('grpc connection broke', {conn: from, error: error.message}));
    session.on('close', () => this.#sessions.delete(session));
    session.on('stream', (call, headers) => void this.#serve(call, headers, from));
  }

  /** Cuts all connections; their callers look for another server. */
  close(): void {
    for (const session of this.#sessions) session.destroy();
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, from: string): Promise<void> {
    const {methods, clock, logger} = this.#options;
    const path = headers[':path'] ?? '';
    stream.on('error', (error) => logger.trace('grpc call broke', {method: path, conn: from, error: error.message}));
    if (headers[':method'] !== 'POST') return refuse(stream, 405);
    if (headers['content-type']?.startsWith('application/grpc') !== true) return refuse(stream, 415);
    const call = new ServerCall(stream, headers, from);
    const timer = deadlineTimer(clock, headers['grpc-timeout'], () => call.finish(new GrpcError(grpcCode.deadlineExceeded, 'context deadline exceeded')));
    try {
      const method = methods.get(path);
      if (method === undefined) throw this.#unknown(path);
      await method(await requestOf(stream), call);
      call.finish(undefined);
    } catch (error) {
      if (!(error instanceof GrpcError)) logger.error('grpc call failed', {method: path, conn: from, error});
      call.finish(error instanceof GrpcError ? error : new GrpcError(grpcCode.unknown, errorText(error)));
    } finally {
      timer?.cancel();
    }
  }

  /** Go's words for a path that nobody serves. */
  #unknown(path: string): GrpcError {
    const [, service = '', method] = path.split('/');
    if (method === undefined) return new GrpcError(grpcCode.unimplemented, `malformed method name: ${JSON.stringify(path)}`);
    const what = this.#services.has(service) ? `unknown method ${method} for service ${service}` : `unknown service ${service}`;
    return new GrpcError(grpcCode.unimplemented, what);
  }
}

/** The answering side of one HTTP/2 stream. */
class ServerCall implements GrpcCall {
  readonly metadata: IncomingHttpHeaders;
  readonly from: string;
  readonly #stream: ServerHttp2Stream;
  readonly #gone = new AbortController();
  #status: GrpcError | undefined;
  #isFinished = false;

  constructor(stream: ServerHttp2Stream, metadata: IncomingHttpHeaders, from: string) {
    this.#stream = stream;
    this.metadata = metadata;
    this.from = from;
    stream.once('close', () => this.#gone.abort());
    stream.once('wantTrailers', () => {
      stream.sendTrailers(statusHeaders(this.#status));
    });
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  async send(frames: Uint8Array): Promise<void> {
    const stream = this.#stream;
    if (this.#isFinished || stream.destroyed || stream.closed) throw new GrpcError(grpcCode.canceled, 'context canceled');
    if (!stream.headersSent) stream.respond(contentType, {waitForTrailers: true});
    if (stream.write(frames)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stream.off('drain', done).off('close', done);
        resolve();
      };
      stream.on('drain', done).on('close', done);
    });
  }

  /** Ends the call; only the first end counts. */
  finish(status: GrpcError | undefined): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#status = status;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    if (stream.headersSent) stream.end();
    else if (status === undefined) {
      stream.respond(contentType, {waitForTrailers: true});
      stream.end();
    } else {
      stream.respond({...contentType, ...statusHeaders(status)}, {endStream: true});
    }
    this.#gone.abort();
  }
}

function statusHeaders(status: GrpcError | undefined): {'grpc-status': string; 'grpc-message': string} {
  return {'grpc-status': String(status?.code ?? grpcCode.ok), 'grpc-message': percentEncoded(status?.description ?? '')};
}

function refuse(stream: ServerHttp2Stream, httpStatus: number): void {
  stream.respond({':status': httpStatus}, {endStream: true});
  stream.close(constants.NGHTTP2_NO_ERROR);
}

/** The one message of a request. @throws GrpcError when none comes, or what comes is none */
async function requestOf(stream: ServerHttp2Stream): Promise<Buffer> {
  const framer = new GrpcFramer(GRPC_REQUEST_BYTES_MAX);
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      try {
        const [message] = framer.push(chunk);
        if (message !== undefined) resolve(message);
      } catch (error) {
        stream.pause();
        reject(asError(error));
      }
    });
    // A caller that says its end without a message, or goes, gets no answer to anything.
    stream.once('end', () => reject(new GrpcError(grpcCode.internal, 'EOF')));
    stream.once('close', () => reject(new GrpcError(grpcCode.canceled, 'context canceled')));
  });
}

const timeoutUnitsMs: Readonly<Record<string, number>> = {H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6};
const timerMsMax = 2 ** 31 - 1;

/** `grpc-timeout: 10S`: how long the caller waits. One that cannot be read is none. */
function deadlineTimer(clock: Clock, header: string | string[] | undefined, fire: () => void): Timer | undefined {
  const found = /^(\d{1,8})([HMSmun])$/.exec(typeof header === 'string' ? header : '');
  if (found === null) return undefined;
  return clock.setTimer(Math.min(Number(found[1]) * (timeoutUnitsMs[found[2] ?? ''] ?? 0), timerMsMax), fire);
}
