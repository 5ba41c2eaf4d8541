import {type Duplex} from 'node:stream';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {DRAIN_TIMEOUT_MS} from './limits.ts';
import {type ConnectionPeer} from './rpc-listener.ts';
import {type RpcService} from './rpc-service.ts';
import {RpcStreamServer} from './rpc-stream-server.ts';
import {YamuxConnection} from './yamux-connection.ts';

export interface RpcServerOptions {
  readonly service: RpcService;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly requestBytesMax?: number;
}

/** A first byte inside a yamux stream that is no msgpack-rpc: gossip of the enterprise edition (rpc-raft.md §1). */
const ENTERPRISE_GOSSIP = 6;

/** Serves msgpack-rpc: whole connections (first byte 0) and yamux sessions of streams (first byte 4). */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #streams = new Set<RpcStreamServer>();
  readonly #sessions = new Set<YamuxConnection>();
  #isDraining = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: RpcServerOptions) {
    this.#options = options;
  }

  /** Calls that are being answered. */
  get busyCount(): number {
    let count = 0;
    for (const stream of this.#streams) if (stream.isBusy) count++;
    return count;
  }

  /** A connection that is one msgpack-rpc stream. */
  serveStream(stream: Duplex, {address}: ConnectionPeer): void {
    const {service, logger, requestBytesMax} = this.#options;
    const server = new RpcStreamServer({
      stream,
      service,
      from: address,
      logger,
      ...(requestBytesMax === undefined ? {} : {requestBytesMax}),
      onClose: (closed) => {
        this.#streams.delete(closed);
        this.#closedOne();
      },
    });
    this.#streams.add(server);
    if (this.#isDraining) server.drain();
  }

  /** A connection that is a yamux session. */
  serveSession(socket: Duplex, peer: ConnectionPeer): void {
    const {clock, logger} = this.#options;
    const session = new YamuxConnection({
      side: 'acceptor',
      socket,
      clock,
      onStream: (stream) => {
        stream.once('readable', () => {
          const head = stream.read(1) as Buffer | null;
          if (head === null) return void stream.end();
          if (head[0] === ENTERPRISE_GOSSIP) return void stream.destroy();
          stream.unshift(head);
          this.serveStream(stream, peer);
        });
        stream.on('error', (error: Error) => logger.trace('yamux stream broke', {from: peer.address, error: error.message}));
      },
      onClose: (reason) => {
        this.#sessions.delete(session);
        logger.debug('rpc session ended', {from: peer.address, reason});
      },
    });
    this.#sessions.add(session);
  }

  /** Takes no new requests, waits (for a bounded time) until those under way are answered, and closes every stream. */
  async close(timeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
    this.#isDraining = true;
    for (const stream of this.#streams) stream.drain();
    if (this.busyCount > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#options.clock.setTimer(timeoutMs, resolve);
        this.#whenIdle = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    for (const session of this.#sessions) session.close();
    for (const stream of this.#streams) stream.destroy();
  }

  #closedOne(): void {
    if (this.#isDraining && this.busyCount === 0) this.#whenIdle?.();
  }
}
