import {type Duplex, duplexPair} from 'node:stream';
import {once} from 'node:events';
import {type Endpoint} from '../../src/gossip/endpoint.ts';
import {type GossipTransport, type TransportReceiver} from '../../src/gossip/gossip-transport.ts';
import {type SerfOptions} from '../../src/gossip/serf-options.ts';
import {Serf} from '../../src/gossip/serf.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

const own: Endpoint = {addr: '\x7f\0\0\x01', port: 8301};
export const stranger: Endpoint = {addr: '\x7f\0\0\x63', port: 8301};

/** A pool of one whose sockets are the test's: what it is sent, what it logs, and whom it comes to know. */
export class LonePool {
  readonly clock: SimulatedClock;
  readonly log: string[] = [];
  readonly serf: Serf;
  readonly #receiver: TransportReceiver;

  private constructor(serf: Serf, receiver: TransportReceiver, clock: SimulatedClock, log: string[]) {
    this.serf = serf;
    this.#receiver = receiver;
    this.clock = clock;
    this.log = log;
  }

  static async open(options: Partial<SerfOptions> = {}): Promise<LonePool> {
    const clock = new SimulatedClock();
    const log: string[] = [];
    let receiver: TransportReceiver | undefined;
    const transport: GossipTransport = {
      local: own,
      send: () => undefined,
      dial: () => Promise.reject(new Error('nobody is there')),
      poll: (done) => done(),
      close: () => Promise.resolve(),
    };
    const serf = await Serf.create({
      name: 'self', tags: {}, bind: {address: '127.0.0.1', port: 8301}, clock, random: seededRandom(1),
      mergeCheck: () => 'not of this pool', resolvesNameConflicts: false,
      openTransport: (_address, _port, given) => {
        receiver = given;
        return Promise.resolve(transport);
      },
      log: (level, text) => void (level !== 'debug' && log.push(text)),
      ...options,
    });
    if (receiver === undefined) throw new Error('the pool opened no transport');
    return new LonePool(serf, receiver, clock, log);
  }

  datagram(bytes: Uint8Array, from = stranger): void {
    this.#receiver.datagram(bytes, from);
  }

  /** A peer connects, sends these pieces, and ends or waits; resolves when the pool has closed its side. */
  async stream(pieces: readonly Uint8Array[], from = stranger): Promise<void> {
    const [theirs, ours]: [Duplex, Duplex] = duplexPair();
    theirs.resume();
    theirs.on('error', () => theirs.destroy());
    ours.on('error', () => ours.destroy());
    this.#receiver.stream(ours, from);
    for (const piece of pieces) theirs.write(piece);
    theirs.end();
    if (!ours.closed) await once(ours, 'close');
  }

  get members(): readonly string[] {
    return this.serf.members().map(({name}) => name);
  }

  async close(): Promise<void> {
    await this.serf.shutdown();
  }
}
