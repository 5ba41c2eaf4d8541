import {once} from 'node:events';
import {type Socket} from 'node:net';
import {type Duplex} from 'node:stream';
import {checkServerIdentity, connect, createSecureContext, type SecureContext, TLSSocket} from 'node:tls';
import {TlsAcceptor} from '../../runtime/tls-acceptor.ts';
import {secureContextOptions, type TlsMaterial} from '../../runtime/tls-material.ts';
import {type DialTarget, type OutgoingTls} from './dial.ts';
import {type RpcTls} from './rpc-listener.ts';

export interface NodeTlsOptions extends TlsMaterial {
  /** Clients must show a certificate of one of the authorities. */
  readonly verifyIncoming: boolean;
  /** Servers must show a certificate of one of the authorities. */
  readonly verifyOutgoing: boolean;
  /** …and it must be made out to `server.<dc>.<domain>`. */
  readonly verifyServerHostname: boolean;
  readonly datacenter: string;
  /** Without a dot at its end. */
  readonly domain: string;
}

/** The options, and what was made of them. */
interface Setup {
  readonly options: NodeTlsOptions;
  readonly context: SecureContext;
  readonly verified: TlsAcceptor;
  readonly insecure: TlsAcceptor;
}

/** TLS on port 8300 in both directions, with what Node brings (rpc-raft.md §2). */
export class NodeTls implements RpcTls, OutgoingTls {
  #setup: Setup;

  /** @throws Error for certificates or keys that are none */
  constructor(options: NodeTlsOptions) {
    this.#setup = setupOf(options);
  }

  /** Connections made and accepted from now on go by these options. @throws Error as the constructor; nothing has changed then */
  update(options: NodeTlsOptions): void {
    this.#setup = setupOf(options);
  }

  /** For a dialer: undefined where servers are called without TLS (`verify_outgoing` is off). */
  get outgoing(): ((socket: Socket, target: DialTarget) => Promise<Duplex>) | undefined {
    return this.#setup.options.verifyOutgoing ? (socket, target) => this.connect(socket, target) : undefined;
  }

  get isRequired(): boolean {
    return this.#setup.options.verifyIncoming;
  }

  accept(socket: Socket, kind: 'verified' | 'insecure'): Promise<Duplex> {
    return this.#setup[kind].accept(socket);
  }

  /** Whether the peer may speak Raft: where host names are verified, it must be a server of this datacenter. */
  mayBeServer(stream: Duplex): boolean {
    const {verifyIncoming, verifyServerHostname, datacenter} = this.#setup.options;
    if (!verifyIncoming || !verifyServerHostname) return true;
    return stream instanceof TLSSocket && checkServerIdentity(this.#serverName(datacenter), stream.getPeerCertificate()) === undefined;
  }

  /** Shakes hands with a server that has been told byte 3. @throws Error for a server that is not who it should be */
  async connect(socket: Socket, {datacenter}: DialTarget): Promise<Duplex> {
    const {context, options: {verifyOutgoing, verifyServerHostname}} = this.#setup;
    const stream = connect({
      socket,
      secureContext: context,
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
    return `server.${datacenter}.${this.#setup.options.domain}`;
  }
}

function setupOf(options: NodeTlsOptions): Setup {
  const material = secureContextOptions(options);
  return {
    options,
    context: createSecureContext(material),
    verified: new TlsAcceptor({material: options, verifiesClients: options.verifyIncoming}),
    insecure: new TlsAcceptor({material: options, verifiesClients: false}),
  };
}
