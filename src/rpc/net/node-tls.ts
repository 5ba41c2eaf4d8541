import {once} from 'node:events';
import {type Socket} from 'node:net';
import {type Duplex} from 'node:stream';
import {
  checkServerIdentity, connect, createSecureContext, createServer, type SecureContextOptions, type SecureVersion, type Server, TLSSocket,
} from 'node:tls';
import {type DialTarget} from './dial.ts';
import {type RpcTls} from './rpc-listener.ts';

export interface NodeTlsOptions {
  /** PEM. Without a certificate of its own a server cannot be dialed, and a client cannot be verified. */
  readonly certificate?: string | Buffer;
  readonly key?: string | Buffer;
  readonly authorities: readonly (string | Buffer)[];
  /** Clients must show a certificate of one of the authorities. */
  readonly verifyIncoming: boolean;
  /** Servers must show a certificate of one of the authorities. */
  readonly verifyOutgoing: boolean;
  /** …and it must be made out to `server.<dc>.<domain>`. */
  readonly verifyServerHostname: boolean;
  readonly datacenter: string;
  /** Without a dot at its end. */
  readonly domain: string;
  readonly minVersion?: SecureVersion;
}

/** TLS on port 8300 in both directions, with what Node brings (rpc-raft.md §2). */
export class NodeTls implements RpcTls {
  readonly #options: NodeTlsOptions;
  readonly #material: SecureContextOptions;
  /** Hand-shakers; they never listen, connections are handed to them. */
  readonly #verified: Server;
  readonly #insecure: Server;
  readonly #shaking = new Map<string, (stream: TLSSocket) => void>();

  /** @throws Error for certificates or keys that are none */
  constructor(options: NodeTlsOptions) {
    const {certificate, key, authorities, minVersion = 'TLSv1.2', verifyIncoming} = options;
    this.#options = options;
    this.#material = {
      ...(certificate !== undefined && {cert: certificate}),
      ...(key !== undefined && {key}),
      ...(authorities.length > 0 && {ca: [...authorities]}),
      minVersion,
    };
    this.#verified = this.#server(verifyIncoming);
    this.#insecure = this.#server(false);
  }

  /** For a dialer: undefined where servers are called without TLS (`verify_outgoing` is off). */
  get outgoing(): ((socket: Socket, target: DialTarget) => Promise<Duplex>) | undefined {
    return this.#options.verifyOutgoing ? (socket, target) => this.connect(socket, target) : undefined;
  }

  get isRequired(): boolean {
    return this.#options.verifyIncoming;
  }

  async accept(socket: Socket, kind: 'verified' | 'insecure'): Promise<Duplex> {
    const key = connectionKey(socket);
    try {
      return await new Promise<Duplex>((resolve, reject) => {
        this.#shaking.set(key, resolve);
        socket.once('close', () => reject(new Error('TLS handshake failed')));
        (kind === 'verified' ? this.#verified : this.#insecure).emit('connection', socket);
      });
    } finally {
      this.#shaking.delete(key);
    }
  }

  /** Whether the peer may speak Raft: where host names are verified, it must be a server of this datacenter. */
  mayBeServer(stream: Duplex): boolean {
    const {verifyIncoming, verifyServerHostname, datacenter} = this.#options;
    if (!verifyIncoming || !verifyServerHostname) return true;
    return stream instanceof TLSSocket && checkServerIdentity(this.#serverName(datacenter), stream.getPeerCertificate()) === undefined;
  }

  /** Shakes hands with a server that has been told byte 3. @throws Error for a server that is not who it should be */
  async connect(socket: Socket, {datacenter}: DialTarget): Promise<Duplex> {
    const {verifyOutgoing, verifyServerHostname} = this.#options;
    const stream = connect({
      socket,
      secureContext: createSecureContext(this.#material),
      servername: this.#serverName(datacenter),
      rejectUnauthorized: verifyOutgoing,
      ...(!verifyServerHostname && {checkServerIdentity: () => undefined}),
    });
    try {
      await once(stream, 'secureConnect');
      return stream;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #serverName(datacenter: string): string {
    return `server.${datacenter}.${this.#options.domain}`;
  }

  #server(verifies: boolean): Server {
    const server = createServer({...this.#material, requestCert: verifies, rejectUnauthorized: verifies});
    server.on('secureConnection', (stream) => this.#shaking.get(connectionKey(stream))?.(stream));
    server.on('tlsClientError', (_error, stream) => stream.destroy());
    return server;
  }
}

/** What a connection and the TLS over it have in common. */
function connectionKey({remoteAddress, remotePort, localPort}: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}
