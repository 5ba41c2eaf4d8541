import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type DnsEngine} from '../dns-engine.ts';
import {anyPortTriesMax, tcpConnectionsMax} from '../limits.ts';
import {TcpConnection} from './tcp-connection.ts';
import {UdpListener} from './udp-listener.ts';

export interface DnsServerOptions {
  readonly engine: DnsEngine;
  readonly clock: Clock;
  readonly logger: Logger;
  /** IP literals; port 0 = any, the same for UDP and TCP */
  readonly addresses: readonly {readonly host: string; readonly port: number}[];
}

/** The sockets of DNS: on every address one for UDP and one for TCP (dns.md §1). */
export class DnsServer {
  readonly #udp: UdpListener[] = [];
  readonly #tcp: Server[] = [];
  readonly #connections = new Set<Socket>();

  private constructor() {}

  /** @throws Error of the system when an address cannot be had; what was opened is closed again */
  static async open({engine, clock, logger, addresses}: DnsServerOptions): Promise<DnsServer> {
    const server = new DnsServer();
    try {
      for (const {host, port} of addresses) await server.#listen(host, port, engine, clock, logger);
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** The ports, in the order of the addresses. */
  get ports(): readonly number[] {
    return this.#udp.map((listener) => listener.port);
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    const closed = this.#tcp.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of this.#connections) socket.destroy();
    await Promise.all([...closed, ...this.#udp.map((listener) => listener.close())]);
  }

  /** The system gives a number that is free for UDP; whether TCP has it too, only trying tells. */
  async #listen(host: string, port: number, engine: DnsEngine, clock: Clock, logger: Logger): Promise<void> {
    for (let triesLeft = port === 0 ? anyPortTriesMax : 1; ; ) {
      const udp = await UdpListener.open(host, port, engine, logger);
      try {
        await this.#listenTcp(host, udp.port, engine, clock, logger);
        this.#udp.push(udp);
        return;
      } catch (error) {
        await udp.close();
        if (--triesLeft === 0) throw error;
      }
    }
  }

  async #listenTcp(host: string, port: number, engine: DnsEngine, clock: Clock, logger: Logger): Promise<void> {
    const server = createServer({noDelay: true}, (socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
      new TcpConnection(socket, engine, clock, logger);
    });
    server.maxConnections = tcpConnectionsMax;
    server.listen({host, port, ipv6Only: true});
    await once(server, 'listening');
    server.on('error', (error) => logger.error('DNS TCP socket failed', {error: error.message}));
    this.#tcp.push(server);
  }
}
