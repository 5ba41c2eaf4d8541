import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {type ListenAddress, type RuntimeConfig} from '../../config/runtime-config.ts';
import {type GrpcMethods, GrpcServer} from '../../rpc/grpc/grpc-server.ts';
import {TCP_KEEP_ALIVE_MS} from '../../rpc/net/limits.ts';
import {type Clock} from '../../runtime/clock.ts';
import {joinHostPort} from '../../runtime/host-port.ts';
import {type Logger} from '../../runtime/logger.ts';
import {TlsAcceptor} from '../../runtime/tls-acceptor.ts';
import {listenAt, shownAddress} from '../listen-at.ts';
import {type ListenerTls} from '../tls/agent-tls.ts';

export interface GrpcListenersOptions {
  readonly config: Pick<RuntimeConfig, 'network' | 'limits'>;
  /** What the port with TLS goes by; another object after a reload. */
  readonly tls: () => ListenerTls;
  readonly methods: GrpcMethods;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether the port with TLS can be served at all: Consul's own would take a certificate of its mesh, which there is not yet. */
export function servesGrpcTls({network, tls}: Pick<RuntimeConfig, 'network' | 'tls'>): boolean {
  return network.grpcTls.length > 0 && tls.grpc.certFile !== '' && tls.grpc.keyFile !== '';
}

/** Where gRPC is served to programs (ports 8502 and 8503): TCP and Unix sockets, with TLS and without (mesh.md §13). */
export class GrpcListeners {
  readonly #options: GrpcListenersOptions;
  readonly #server: GrpcServer;
  readonly #listeners: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #acceptor: {readonly of: ListenerTls; readonly acceptor: TlsAcceptor} | undefined;

  constructor(options: GrpcListenersOptions) {
    this.#options = options;
    this.#server = new GrpcServer(options);
  }

  /** @throws ConsulError for an address that is taken; what was opened before it is closed by `close` */
  async open(): Promise<void> {
    const {config, tls, logger} = this.#options;
    for (const address of config.network.grpc) await this.#listen(address, false);
    if (tls().material.certificate !== undefined) {
      for (const address of config.network.grpcTls) await this.#listen(address, true);
    } else if (config.network.grpcTls.length > 0) {
      logger.info('gRPC with TLS is not served: no certificate is configured for it');
    }
  }

  /** The ports that were bound, in the order of the addresses. */
  get ports(): readonly number[] {
    return this.#listeners.flatMap((listener) => {
      const address = listener.address();
      return address === null || typeof address === 'string' ? [] : [address.port];
    });
  }

  async close(): Promise<void> {
    const closed = this.#listeners.splice(0).map((listener) => new Promise<void>((resolve) => listener.close(() => resolve())));
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #listen(address: ListenAddress, secure: boolean): Promise<void> {
    const {config, logger} = this.#options;
    const listener = createServer({noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS}, (socket) => void this.#accept(socket, secure));
    await listenAt(address, config.network.unixSockets, async (where) => {
      listener.listen(where);
      await once(listener, 'listening');
      this.#listeners.push(listener);
    });
    logger.info('Started gRPC listeners', {port_name: secure ? 'grpc_tls' : 'grpc', address: shownAddress(address), network: address.network});
  }

  async #accept(socket: Socket, secure: boolean): Promise<void> {
    const {config, clock, logger} = this.#options;
    const from = joinHostPort(socket.remoteAddress ?? '', socket.remotePort ?? '');
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', (error) => logger.trace('connection broke', {from, error: error.message}));
    if (!secure) return this.#server.accept(socket, from);
    const timer = clock.setTimer(config.limits.rpcHandshakeTimeoutMs, () => socket.destroy());
    try {
      this.#server.accept(await this.#currentAcceptor().accept(socket), from);
    } catch (error) {
      logger.debug('TLS handshake error', {from, error});
      socket.destroy();
    } finally {
      timer.cancel();
    }
  }

  #currentAcceptor(): TlsAcceptor {
    const of = this.#options.tls();
    if (this.#acceptor?.of !== of) this.#acceptor = {of, acceptor: new TlsAcceptor({...of, alpnProtocols: ['h2']})};
    return this.#acceptor.acceptor;
  }
}
