import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {type FastifyInstance} from 'fastify';
import {awaitReadable} from '../runtime/await-readable.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type TlsAcceptor} from '../runtime/tls-acceptor.ts';
import {type ClientConnections, tooManyConnections} from './client-connections.ts';

/** TLS in front of a listener. */
export interface SecureListenerOptions {
  /** Asked for each connection, since a reload brings other certificates. */
  readonly acceptor: () => TlsAcceptor;
  /** `limits.https_handshake_timeout` */
  readonly handshakeTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ApiListenerOptions {
  readonly app: FastifyInstance;
  readonly connections: ClientConnections;
  /** Absent: plain HTTP. */
  readonly secure?: SecureListenerOptions;
}

/** The first byte of a TLS handshake record. */
const tlsHandshakeRecord = 22;
const plainOnTlsPort = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** One address where the API is served, with TLS or without. */
export class ApiListener {
  /** What listens. */
  readonly server: Server;
  readonly #options: ApiListenerOptions;
  readonly #sockets = new Set<Socket>();

  constructor(options: ApiListenerOptions) {
    const {app, connections, secure} = options;
    this.#options = options;
    if (secure === undefined) {
      this.server = app.server;
      app.server.prependListener('connection', (socket: Socket) => {
        if (!connections.admits(socket)) socket.end(tooManyConnections);
      });
    } else {
      this.server = createServer({noDelay: true}, (socket) => void this.#accept(socket, secure));
    }
  }

  /** Resolves when connections are accepted. @throws Error of the operating system, such as EADDRINUSE */
  async listen(where: {readonly host: string; readonly port: number} | {readonly path: string}): Promise<void> {
    const {app, secure} = this.#options;
    if (secure === undefined) {
      await app.listen(where);
    } else {
      await app.ready();
      this.server.listen(where);
      await once(this.server, 'listening');
    }
  }

  /** Accepts no more and closes what is open. */
  async close(): Promise<void> {
    if (this.#options.secure !== undefined && this.server.listening) this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.#options.app.close();
  }

  async #accept(socket: Socket, secure: SecureListenerOptions): Promise<void> {
    const {app, connections} = this.#options;
    const isAdmitted = connections.admits(socket);
    const from = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', (error) => secure.logger.trace('connection broke', {from, error: error.message}));
    const timer = secure.clock.setTimer(secure.handshakeTimeoutMs, () => socket.destroy());
    try {
      if (!(await speaksTls(socket))) return void socket.end(plainOnTlsPort);
      const stream = await secure.acceptor().accept(socket);
      if (!isAdmitted) return void stream.end(tooManyConnections);
      app.server.emit('connection', stream);
    } catch (error) {
      secure.logger.debug('TLS handshake error', {from, error: error instanceof Error ? error.message : String(error)});
      socket.destroy();
    } finally {
      timer.cancel();
    }
  }
}

/** Looks at the first byte and puts it back. */
async function speaksTls(socket: Socket): Promise<boolean> {
  for (;;) {
    const head = socket.read() as Buffer | null;
    if (head !== null) {
      socket.unshift(head);
      return head[0] === tlsHandshakeRecord;
    }
    if (!(await awaitReadable(socket))) throw new Error('EOF');
  }
}
