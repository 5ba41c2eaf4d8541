import {type Duplex} from 'node:stream';
import {type Peer} from '../raft/core/messages.ts';
import {NetTransport} from '../raft/net/net-transport.ts';
import {ConnectionPool} from '../rpc/net/connection-pool.ts';
import {type Dial, dialer} from '../rpc/net/dial.ts';
import {firstByte} from '../rpc/net/first-byte.ts';
import {type NodeTls} from '../rpc/net/node-tls.ts';
import {type ConnectionHandler, RpcListener} from '../rpc/net/rpc-listener.ts';
import {RpcServer} from '../rpc/net/rpc-server.ts';
import {type RpcService} from '../rpc/net/rpc-service.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';

export interface ServerPortOptions {
  /** What to listen on. */
  readonly host: string;
  readonly port: number;
  readonly datacenter: string;
  /** This server's id, and the address it tells others. */
  readonly self: Peer;
  /** Where gossip last saw a server; Raft falls back on its own configuration (rpc-raft.md §12). */
  readonly addressOf: (id: string) => string | undefined;
  /** Whether a server is of a version whose Raft has pre-votes. */
  readonly knowsPreVote: (id: string) => boolean;
  /** `limits.rpc_handshake_timeout` and `limits.rpc_max_conns_per_client`. */
  readonly handshakeTimeoutMs: number;
  readonly connectionsPerClientMax: number;
  /** Absent: no TLS in either direction. */
  readonly tls?: NodeTls | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A server's port 8300 and its connections to those of others: calls and Raft, in both directions. */
export class ServerPort {
  readonly pool: ConnectionPool;
  /** Connections past their first byte, for what is no call and not Raft. */
  readonly dial: Dial;
  readonly transport: NetTransport;
  readonly #options: ServerPortOptions;
  readonly #handlers = new Map<number, ConnectionHandler>();
  #listener: RpcListener | undefined;
  #server: RpcServer | undefined;

  constructor(options: ServerPortOptions) {
    const {host, self, addressOf, knowsPreVote, datacenter, tls, clock, logger} = options;
    this.#options = options;
    // A server that listens on one address calls from it too, as firewalls may demand.
    const dial = dialer({clock, sourceAddress: host === '0.0.0.0' || host === '::' ? undefined : host, tls});
    this.dial = dial;
    this.pool = new ConnectionPool({dial, clock});
    this.transport = new NetTransport({
      self,
      dial: ({id, address}) => dial({address: addressOf(id) ?? address, datacenter, name: id}, firstByte.raft),
      knowsPreVote: ({id}) => knowsPreVote(id),
      clock,
      logger: logger.named('raft'),
    });
    this.#handlers.set(firstByte.raft, (stream: Duplex) => this.transport.accept(stream));
  }

  /** Serves another kind of connection, such as gRPC or snapshots. To be called before `listen`. */
  handle(byte: number, handler: ConnectionHandler): void {
    this.#handlers.set(byte, handler);
  }

  /** Begins to accept connections and to answer calls. @throws Error of the operating system, such as EADDRINUSE */
  async listen(service: RpcService): Promise<void> {
    const {host, port, handshakeTimeoutMs, connectionsPerClientMax, tls, clock, logger} = this.#options;
    const server = new RpcServer({service, clock, logger: logger.named('rpc')});
    this.#server = server;
    this.#handlers.set(firstByte.rpc, (stream, peer) => server.serveStream(stream, peer));
    this.#handlers.set(firstByte.multiplexed, (stream, peer) => server.serveSession(stream, peer));
    this.#listener = new RpcListener({
      host, port, handlers: this.#handlers, clock, logger: logger.named('rpc'), handshakeTimeoutMs, connectionsPerClientMax,
      ...(tls !== undefined && {tls}),
    });
    await this.#listener.listen();
  }

  /** How many connections a client may have from now on. */
  limitConnections(perClientMax: number): void {
    this.#listener?.limitConnections(perClientMax);
  }

  /** Accepts no more, answers what is under way, then cuts what is left. Raft closes its own connections. */
  async close(): Promise<void> {
    this.#listener?.stopAccepting();
    await this.#server?.close();
    await this.#listener?.close();
    this.pool.close();
  }
}
