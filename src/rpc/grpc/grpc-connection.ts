import {type ClientHttp2Session, connect} from 'node:http2';
import {type Duplex} from 'node:stream';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {callOn, type GrpcCallOptions, unaryOn} from './client-call.ts';
import {grpcCode, GrpcError} from './grpc-status.ts';
import {
  CONNECTION_WINDOW_BYTES, KEEP_ALIVE_INTERVAL_MS, KEEP_ALIVE_TIMEOUT_MS, SESSION_MEMORY_MEGABYTES, SETTINGS_TIMEOUT_MS,
  STREAM_WINDOW_BYTES,
} from './limits.ts';

export interface GrpcConnectionOptions {
  /** What the server is called. */
  readonly authority: string;
  readonly clock: Clock;
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

  /** @throws GrpcError as `callOn` */
  call(path: string, request: Uint8Array, options: GrpcCallOptions): Promise<void> {
    return callOn(this.#session, path, request, options);
  }

  /** @throws GrpcError as `unaryOn` */
  unary(path: string, request: Uint8Array, options: Omit<GrpcCallOptions, 'onMessage'> = {}): Promise<Buffer> {
    return unaryOn(this.#session, path, request, options);
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
