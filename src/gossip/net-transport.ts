import {createSocket, type Socket as UdpSocket} from 'node:dgram';
import {once} from 'node:events';
import {connect, createServer, isIPv6, type Server, type Socket} from 'node:net';
import {type Duplex} from 'node:stream';
import {afterWaitingRequests, eventLoopPollBarrier} from '../runtime/poll-barrier.ts';
import {errorCode, systemErrorText} from '../runtime/system-error.ts';
import {addressBytes, addressText, type Endpoint, endpointText} from './endpoint.ts';
import {type GossipTransport, type TransportReceiver} from './gossip-transport.ts';
import {portPicksMax, receiveBufferBytes, receiveBufferBytesMin, socketPollRoundsMax} from './limits.ts';

/** UDP and TCP of the machine, IPv4 or IPv6. */
export class NetTransport implements GossipTransport {
  readonly local: Endpoint;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #streams = new Set<Socket>();
  #received = 0;

  private constructor(udp: UdpSocket, tcp: Server, local: Endpoint, receiver: TransportReceiver) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.local = local;
    udp.on('message', (bytes, from) => {
      this.#received++;
      const addr = addressBytes(from.address);
      if (bytes.length > 0 && addr !== undefined) receiver.datagram(bytes, {addr, port: from.port});
    });
    // An unreachable peer shows as an error of the socket; the failure detector learns it from the missing ack.
    udp.on('error', (error) => this.onError(error));
    tcp.on('error', (error) => this.onError(error));
    tcp.on('connection', (socket) => {
      this.#track(socket);
      const addr = addressBytes(socket.remoteAddress ?? '');
      if (addr === undefined) socket.destroy();
      else receiver.stream(socket, {addr, port: socket.remotePort ?? 0});
    });
  }

  /** Told of errors that belong to no call. */
  onError: (error: Error) => void = () => undefined;

  /** Listens on `address` (an IP address) and `port`; port 0 takes a free one. @throws Error when it is taken */
  static async open(address: string, port: number, receiver: TransportReceiver): Promise<NetTransport> {
    for (let pick = 1; ; pick++) {
      const tcp = createServer({allowHalfOpen: true});
      tcp.listen({host: address, port});
      await once(tcp, 'listening');
      const bound = tcp.address();
      const chosen = bound !== null && typeof bound === 'object' ? bound.port : port;
      try {
        const udp = await openUdp(address, chosen);
        return new NetTransport(udp, tcp, {addr: addressBytes(address) ?? '', port: chosen}, receiver);
      } catch (error) {
        tcp.close();
        if (port !== 0 || pick >= portPicksMax) throw error;
      }
    }
  }

  send(to: Endpoint, bytes: Uint8Array, failed: (error: Error) => void): void {
    this.#udp.send(bytes, to.port, addressText(to.addr), (error) => {
      if (error !== null) failed(error);
    });
  }

  dial(to: Endpoint, timeoutMs: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const socket = connect({host: addressText(to.addr), port: to.port, allowHalfOpen: true});
      this.#track(socket);
      // A loop that was blocked learns of the time before it learns of the connection: that is waited for.
      socket.setTimeout(timeoutMs, () => afterWaitingRequests(eventLoopPollBarrier, () => {
        if (socket.connecting) socket.destroy(new Error(`dial tcp ${endpointText(to)}: i/o timeout`));
      }));
      socket.once('error', (error) => reject(errorCode(error) === '' ? error : new Error(`dial tcp ${endpointText(to)}: connect: ${systemErrorText(error)}`, {cause: error})));
      socket.once('close', () => reject(new Error('connection closed')));
      socket.once('connect', () => resolve(socket));
    });
  }

  /** Each round of the loop reads up to 32 datagrams; rounds go on until one brings nothing. */
  poll(done: () => void): void {
    let rounds = 0;
    let before = -1;
    const round = (): void => {
      if (this.#received === before || ++rounds > socketPollRoundsMax) return done();
      before = this.#received;
      setImmediate(round);
    };
    setImmediate(round);
  }

  async close(): Promise<void> {
    for (const socket of this.#streams) socket.destroy();
    const closed = [once(this.#udp, 'close'), once(this.#tcp, 'close')];
    this.#udp.close();
    this.#tcp.close();
    await Promise.all(closed);
  }

  #track(socket: Socket): void {
    this.#streams.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#streams.delete(socket));
  }
}

async function openUdp(address: string, port: number): Promise<UdpSocket> {
  const isV6 = isIPv6(address);
  const udp = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    ipv6Only: isV6,
    // Peers are addresses, never names: nothing to look up, and no trip through the thread pool.
    lookup: (hostname, _options, callback) => callback(null, hostname, isV6 ? 6 : 4),
  });
  // Before `bind`, which with a lookup that does not wait is done at once.
  const listening = once(udp, 'listening');
  udp.bind({port, address});
  await listening;
  for (let size = receiveBufferBytes; size >= receiveBufferBytesMin; size /= 2) {
    udp.setRecvBufferSize(size);
    if (udp.getRecvBufferSize() >= size) break;
  }
  return udp;
}
