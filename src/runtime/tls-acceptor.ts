import {type Socket} from 'node:net';
import {createServer, type Server, type TLSSocket} from 'node:tls';
import {secureContextOptions, type TlsMaterial} from './tls-material.ts';

export interface TlsAcceptorOptions {
  readonly material: TlsMaterial;
  /** The other side must show a certificate of one of the authorities. */
  readonly verifiesClients: boolean;
  readonly alpnProtocols?: readonly string[];
}

type Handshake = Pick<PromiseWithResolvers<TLSSocket>, 'resolve' | 'reject'>;

/** The server's side of TLS over connections that somebody else accepted. */
export class TlsAcceptor {
  readonly #options: TlsAcceptorOptions;
  /** Shakes hands; it never listens, connections are handed to it. */
  readonly #server: Server;
  readonly #shaking = new Map<string, Handshake>();

  /** @throws Error for certificates or keys that are none */
  constructor(options: TlsAcceptorOptions) {
    this.#options = options;
    this.#server = handshaker(options, (stream) => this.#shaking.get(connectionKey(stream)));
  }

  /** @returns the connection, decrypted. @throws Error when the handshake fails; the connection is closed then */
  async accept(socket: Socket): Promise<TLSSocket> {
    if (this.#options.material.certificate === undefined) {
      socket.destroy();
      throw new Error('tls: no certificates configured');
    }
    const handshake = Promise.withResolvers<TLSSocket>();
    // A Unix socket has no address to know it by: it gets a server of its own.
    const server = socket.remotePort === undefined ? handshaker(this.#options, () => handshake) : this.#server;
    const key = connectionKey(socket);
    const onClose = (): void => handshake.reject(new Error('EOF'));
    try {
      this.#shaking.set(key, handshake);
      socket.once('close', onClose);
      server.emit('connection', socket);
      return await handshake.promise;
    } finally {
      socket.off('close', onClose);
      this.#shaking.delete(key);
    }
  }
}

function handshaker({material, verifiesClients, alpnProtocols}: TlsAcceptorOptions, handshakeOf: (stream: TLSSocket) => Handshake | undefined): Server {
  const server = createServer({
    ...secureContextOptions(material),
    requestCert: verifiesClients,
    rejectUnauthorized: verifiesClients,
    ...(alpnProtocols !== undefined && {ALPNProtocols: [...alpnProtocols]}),
  });
  server.on('secureConnection', (stream) => handshakeOf(stream)?.resolve(stream));
  server.on('tlsClientError', (error, stream) => {
    handshakeOf(stream)?.reject(new Error(reasonOf(error)));
    stream.destroy();
  });
  return server;
}

/** The sentence in OpenSSL's error, without its place in the source. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

/** What a connection and the TLS over it have in common. */
function connectionKey({remoteAddress, remotePort, localPort}: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}
