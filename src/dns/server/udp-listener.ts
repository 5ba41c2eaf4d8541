import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {isIPv6} from 'node:net';
import {type Logger} from '../../runtime/logger.ts';
import {type DnsEngine} from '../dns-engine.ts';
import {udpQueriesInFlightMax, udpReceiveBufferBytes} from '../limits.ts';

/** One UDP address that answers. */
export class UdpListener {
  readonly #socket: Socket;
  readonly #engine: DnsEngine;
  readonly #logger: Logger;
  #inFlight = 0;
  #isOpen = true;

  private constructor(socket: Socket, engine: DnsEngine, logger: Logger) {
    this.#socket = socket;
    this.#engine = engine;
    this.#logger = logger;
  }

  /** @param port 0 = any. @throws Error of the system when the address cannot be had */
  static async open(host: string, port: number, engine: DnsEngine, logger: Logger): Promise<UdpListener> {
    const isV6 = isIPv6(host);
    const socket = createSocket({
      type: isV6 ? 'udp6' : 'udp4', ipv6Only: isV6, recvBufferSize: udpReceiveBufferBytes,
      // Clients come with their address: there is nothing to look up, and no tick to wait for.
      lookup: (address, _options, callback) => callback(null, address, isV6 ? 6 : 4),
    });
    // With that look-up the socket may be bound before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind(port, host);
    await listening;
    const listener = new UdpListener(socket, engine, logger);
    socket.on('error', (error) => logger.error('DNS UDP socket failed', {error: error.message}));
    socket.on('message', (message, {address, port: from}) => listener.#receive(message, address, from));
    return listener;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): Promise<void> {
    this.#isOpen = false;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(message: Buffer, address: string, port: number): void {
    const kept = this.#engine.answerKept(message, 'udp');
    if (kept !== null) {
      this.#socket.send(kept, port, address, this.#sent);
      return;
    }
    if (this.#inFlight >= udpQueriesInFlightMax) return;
    this.#inFlight++;
    this.#engine.answer(message, {transport: 'udp', address, port}).then(
      (answer) => {
        this.#inFlight--;
        if (answer !== null && this.#isOpen) this.#socket.send(answer, port, address, this.#sent);
      },
      (error: unknown) => {
        this.#inFlight--;
        this.#logger.error('failed to answer', {error});
      },
    );
  }

  readonly #sent = (error: Error | null): void => {
    if (error !== null) this.#logger.debug('failed to send DNS reply', {error: error.message});
  };
}
