import {type ListenAddress, type RuntimeConfig} from '../config/runtime-config.ts';
import {ApiListener} from '../http/api-listener.ts';
import {ClientConnections} from '../http/client-connections.ts';
import {createHttpServer, type HttpServerOptions} from '../http/http-server.ts';
import {maxHeaderBytesDefault} from '../http/limits.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {listenAt, shownAddress} from './listen-at.ts';
import {type AgentTls} from './tls/agent-tls.ts';

export interface ApiListenersOptions extends Pick<HttpServerOptions, 'routes' | 'ui' | 'dispatcher' | 'hot'> {
  readonly config: RuntimeConfig;
  readonly tls: AgentTls;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where the HTTP API is served: TCP and Unix sockets, with TLS and without (config.md §5.1, §6.2). */
export class ApiListeners {
  readonly #options: ApiListenersOptions;
  readonly #connections: ClientConnections;
  readonly #open: {readonly listener: ApiListener; readonly fields: Readonly<Record<string, string>>}[] = [];

  constructor(options: ApiListenersOptions) {
    this.#options = options;
    this.#connections = new ClientConnections(options.config.limits.httpMaxConnsPerClient);
  }

  /** @throws ConsulError for an address that is taken; what was opened before it is closed by `close` */
  async open(): Promise<readonly ApiListener[]> {
    const {network} = this.#options.config;
    for (const address of network.http) await this.#listen(address, 'http');
    for (const address of network.https) await this.#listen(address, 'https');
    return this.#open.map(({listener}) => listener);
  }

  reload({limits}: RuntimeConfig): void {
    this.#connections.max = limits.httpMaxConnsPerClient;
  }

  async close(): Promise<void> {
    const {logger} = this.#options;
    const open = this.#open.splice(0);
    await Promise.all(open.map(({listener, fields}) => {
      logger.info('Stopping server', fields);
      return listener.close();
    }));
  }

  async #listen(address: ListenAddress, protocol: 'http' | 'https'): Promise<void> {
    const {config, tls, clock, logger, routes, ui, dispatcher, hot} = this.#options;
    const app = createHttpServer({
      routes,
      dispatcher,
      hot,
      ...(ui !== undefined && {ui}),
      maxHeaderBytes: config.http.maxHeaderBytes || maxHeaderBytesDefault,
      unprintableFilter: !config.http.disableUnprintableCharFilter,
      responseHeaders: config.http.responseHeaders,
    });
    const handshakeTimeoutMs = config.limits.httpsHandshakeTimeoutMs;
    const listener = new ApiListener({
      app,
      connections: this.#connections,
      ...(protocol === 'https' && {secure: {acceptor: () => tls.https, handshakeTimeoutMs, clock, logger: logger.named('http')}}),
    });
    const fields = {address: shownAddress(address), network: address.network, protocol};
    this.#open.push({listener, fields});
    await listenAt(address, config.network.unixSockets, (where) => listener.listen(where));
    logger.info('Starting server', fields);
  }
}
