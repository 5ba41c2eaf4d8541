import {once} from 'node:events';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {type Duplex} from 'node:stream';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {firstByte, FIRST_BYTE_MAX, readFirstByte} from './first-byte.ts';
import {CONNECTIONS_PER_CLIENT_MAX, HANDSHAKE_TIMEOUT_MS, LISTEN_BACKLOG, TCP_KEEP_ALIVE_MS} from './limits.ts';

/** Who is at the other end of a connection. */
export interface ConnectionPeer {
  readonly address: string;
  readonly port: number;
  readonly isEncrypted: boolean;
}

/** Takes a connection over for its whole life; it is not flowing yet, and what follows the first byte is unread. */
export type ConnectionHandler = (stream: Duplex, peer: ConnectionPeer) => void;

/** TLS on port 8300, where it is set up (rpc-raft.md §2). */
export interface RpcTls {
  /** Plain connections are closed (`verify_incoming`). */
  readonly isRequired: boolean;
  /** Performs the handshake of a connection whose first byte was 3, or 7 (`insecure`: no client certificate is asked for). */
  accept(socket: Socket, kind: 'verified' | 'insecure'): Promise<Duplex>;
  /** Whether the peer of an encrypted connection may speak as a server: Raft is for servers only. */
  mayBeServer(stream: Duplex): boolean;
  /** Takes over a connection that began with a TLS record: ALPN says what it is for. Absent where it is not served. */
  acceptNative?(socket: Socket, peer: ConnectionPeer): void;
}

export interface RpcListenerOptions {
  readonly host: string;
  readonly port: number;
  /** By first byte; a byte without a handler is closed. */
  readonly handlers: ReadonlyMap<number, ConnectionHandler>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tls?: RpcTls;
  readonly handshakeTimeoutMs?: number;
  readonly connectionsPerClientMax?: number;
}

/** Port 8300: accepts connections and hands each to whom its first byte names (rpc-raft.md §1). */
export class RpcListener {
  readonly #options: RpcListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #countByClient = new Map<string, number>();
  #connectionsPerClientMax: number;

  constructor(options: RpcListenerOptions) {
    this.#options = options;
    this.#connectionsPerClientMax = options.connectionsPerClientMax ?? CONNECTIONS_PER_CLIENT_MAX;
    // Half-open connections are usual here: a snapshot client finishes its side before it reads.
    this.#server = createServer({allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS, pauseOnConnect: false});
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  /** Resolves when connections are accepted. @throws Error of the operating system, such as EADDRINUSE */
  async listen(): Promise<AddressInfo> {
    const {host, port} = this.#options;
    this.#server.listen({host, port, backlog: LISTEN_BACKLOG});
    await once(this.#server, 'listening');
    this.#server.on('error', (error) => this.#options.logger.error('failed to accept rpc connection', {error: error.message}));
    return this.#server.address() as AddressInfo;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** How many connections a client may have from now on; those that are there stay. */
  limitConnections(perClientMax: number): void {
    this.#connectionsPerClientMax = perClientMax;
  }

  /** Accepts no more. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** Accepts no more and cuts every connection that is left. */
  async close(): Promise<void> {
    if (this.#server.listening) this.#server.close();
    const closed = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #accept(socket: Socket): void {
    const {logger} = this.#options;
    const address = socket.remoteAddress ?? '';
    const count = this.#countByClient.get(address) ?? 0;
    if (address === '' || count >= this.#connectionsPerClientMax) {
      socket.destroy();
      if (address !== '') logger.error('rejecting RPC conn because the client has too many connections', {conn: address});
      return;
    }
    this.#countByClient.set(address, count + 1);
    this.#sockets.add(socket);
    socket.on('error', (error) => logger.trace('rpc connection broke', {conn: address, error: error.message}));
    socket.on('close', () => this.#closed(socket, address));
    void this.#dispatch(socket, {address, port: socket.remotePort ?? 0, isEncrypted: false});
  }

  #closed(socket: Socket, address: string): void {
    this.#sockets.delete(socket);
    const count = (this.#countByClient.get(address) ?? 1) - 1;
    if (count === 0) this.#countByClient.delete(address);
    else this.#countByClient.set(address, count);
  }

  /** Finds out what a connection is for, within the time limit. */
  async #dispatch(socket: Socket, peer: ConnectionPeer): Promise<void> {
    const {clock, logger, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS} = this.#options;
    const timer = clock.setTimer(handshakeTimeoutMs, () => {
      logger.error('a connection did not say in time what it is for', {conn: peer.address});
      socket.destroy();
    });
    try {
      const byte = await readFirstByte(socket);
      if (byte !== undefined) await this.#dispatchByte(byte, socket, peer);
      else socket.destroy();
    } catch (error) {
      logger.error('failed to accept RPC connection', {conn: peer.address, error});
      socket.destroy();
    } finally {
      timer.cancel();
    }
  }

  async #dispatchByte(byte: number, socket: Socket, peer: ConnectionPeer): Promise<void> {
    const {tls, logger} = this.#options;
    if (byte === firstByte.tls || byte === firstByte.tlsInsecure) {
      if (tls !== undefined) return this.#dispatchTls(byte, await tls.accept(socket, byte === firstByte.tls ? 'verified' : 'insecure'), peer);
    } else if (byte > FIRST_BYTE_MAX && tls?.acceptNative !== undefined) {
      socket.unshift(Buffer.from([byte]));
      return tls.acceptNative(socket, peer);
    } else if (tls?.isRequired === true) {
      logger.warn('Non-TLS connection attempted with VerifyIncoming set', {conn: peer.address});
      return void socket.destroy();
    }
    this.#handOver(byte, socket, peer);
  }

  async #dispatchTls(outer: number, stream: Duplex, peer: ConnectionPeer): Promise<void> {
    const encrypted = {...peer, isEncrypted: true};
    stream.on('error', (error: Error) => this.#options.logger.trace('rpc connection broke', {conn: peer.address, error: error.message}));
    if (outer === firstByte.tlsInsecure) return this.#handOver(outer, stream, encrypted);
    const inner = await readFirstByte(stream);
    if (inner === undefined) return void stream.destroy();
    if (inner !== firstByte.tls && inner !== firstByte.tlsInsecure) return this.#handOver(inner, stream, encrypted);
    this.#options.logger.error('TLS connection attempting to establish inner TLS connection', {conn: peer.address});
    stream.destroy();
  }

  #handOver(byte: number, stream: Duplex, peer: ConnectionPeer): void {
    const {handlers, tls, logger} = this.#options;
    const isForServers = byte === firstByte.raft || byte === firstByte.raftForwarding;
    const handler = handlers.get(byte);
    if (handler === undefined) {
      logger.error('unrecognized RPC byte', {byte, conn: peer.address});
    } else if (isForServers && peer.isEncrypted && tls?.mayBeServer(stream) === false) {
      logger.error('AuthorizeServerConn failed certificate validation', {conn: peer.address});
    } else {
      return handler(stream, peer);
    }
    stream.destroy();
  }
}
