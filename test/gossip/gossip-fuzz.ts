import {Keyring} from '../../src/gossip/wire/keyring.ts';
import {seal} from '../../src/gossip/wire/packet-cipher.ts';
import {encryptStream} from '../../src/gossip/wire/stream-codec.ts';
import {type Random, seededRandom} from '../../src/runtime/random.ts';
import {LonePool} from './lone-pool.ts';
import {gossipVectors, type Vector} from './vectors.ts';

const key = Buffer.alloc(16, 7);
const wrongKey = Buffer.alloc(16, 8);
const nothing = new Uint8Array(0);
const nonceBytes = 12;
/** One in so many inputs is a stream: they cost more. */
const streamEach = 8;
const piecesMax = 4;
const stepMs = 20;
/** Lines of the log of an input and of the time it stands for: one a minute about each thing, and no flood. */
const linesPerMinuteMax = 60;

/** Feeds mutated packets and streams to two pools, one plain and one encrypted; every input has a chance to be understood in part. */
export class GossipFuzz {
  readonly #random: Random;
  readonly #plain: LonePool;
  readonly #sealed: LonePool;
  readonly #packets: readonly Buffer[];
  readonly #streams: readonly Buffer[];
  #inputs = 0;

  private constructor(seed: number, plain: LonePool, sealed: LonePool) {
    this.#random = seededRandom(seed);
    this.#plain = plain;
    this.#sealed = sealed;
    const {library, captures} = gossipVectors();
    const bytesOf = (layer: string): Buffer[] => [...library, ...captures].filter((vector) => isPlain(vector, layer)).map(({hex}) => Buffer.from(hex, 'hex'));
    this.#packets = bytesOf('packet');
    this.#streams = bytesOf('stream');
  }

  static async open(seed: number): Promise<GossipFuzz> {
    return new GossipFuzz(seed, await LonePool.open(), await LonePool.open({keyring: new Keyring([key])}));
  }

  get inputs(): number {
    return this.#inputs;
  }

  /** @throws Error when a pool came to know somebody, or its log is flooded */
  async run(inputs: number): Promise<void> {
    for (let i = 0; i < inputs; i++) {
      if (++this.#inputs % streamEach === 0) await this.#stream();
      else this.#packet();
      if (this.#inputs % 100 === 0) await this.#passTime();
    }
    for (const pool of [this.#plain, this.#sealed]) {
      if (pool.members.join() !== 'self') throw new Error(`the pool came to know ${pool.members.join()}`);
      const minutes = pool.clock.nowMs() / 60_000 + 1;
      if (pool.log.length > linesPerMinuteMax * minutes) throw new Error(`${pool.log.length} lines of log in ${minutes} minutes: ${pool.log.slice(-5).join(' | ')}`);
    }
  }

  async close(): Promise<void> {
    await this.#plain.close();
    await this.#sealed.close();
  }

  /** On the pools' clock, and of the real event loop a whole turn. */
  async #passTime(): Promise<void> {
    await new Promise(setImmediate);
    for (const pool of [this.#plain, this.#sealed]) pool.clock.advance(stepMs);
  }

  #packet(): void {
    const bytes = this.#mutated(this.#packets);
    switch (this.#random.below(4)) {
      case 0: return this.#plain.datagram(bytes);
      case 1: return this.#sealed.datagram(this.#broken(seal(key, this.#nonce(), bytes, nothing)));
      case 2: return this.#sealed.datagram(seal(this.#random.below(8) === 0 ? wrongKey : key, this.#nonce(), bytes, nothing));
      default: return this.#sealed.datagram(bytes);
    }
  }

  async #stream(): Promise<void> {
    const bytes = this.#mutated(this.#streams);
    const encrypted = (): Buffer => encryptStream(bytes, key, this.#nonce(), nothing);
    switch (this.#random.below(4)) {
      case 0: return await this.#plain.stream(this.#pieces(bytes));
      case 1: return await this.#sealed.stream(this.#pieces(this.#broken(encrypted())));
      case 2: return await this.#sealed.stream(this.#pieces(encrypted()));
      default: return await this.#sealed.stream(this.#pieces(bytes));
    }
  }

  #nonce(): Uint8Array {
    return this.#random.bytes(nonceBytes);
  }

  #mutated(samples: readonly Buffer[]): Buffer {
    const sample = samples[this.#random.below(samples.length)] ?? Buffer.alloc(1);
    switch (this.#random.below(8)) {
      case 0: {
        const other = samples[this.#random.below(samples.length)] ?? sample;
        return Buffer.concat([sample.subarray(0, this.#random.below(sample.length + 1)), other.subarray(this.#random.below(other.length))]);
      }
      case 1: return Buffer.concat([sample, this.#random.bytes(this.#random.below(64))]);
      case 2: return Buffer.from(sample);
      default: return this.#broken(sample);
    }
  }

  /** Some bytes changed, sometimes the end missing. */
  #broken(sample: Buffer): Buffer {
    const bytes = Buffer.from(sample);
    for (let i = this.#random.below(6); i >= 0 && bytes.length > 0; i--) bytes[this.#random.below(bytes.length)] = this.#random.below(256);
    return this.#random.below(4) === 0 ? bytes.subarray(0, this.#random.below(bytes.length + 1)) : bytes;
  }

  #pieces(bytes: Buffer): Buffer[] {
    const cuts = Array.from({length: this.#random.below(piecesMax)}, () => this.#random.below(bytes.length + 1)).sort((a, b) => a - b);
    return [...cuts, bytes.length].map((end, i) => bytes.subarray(cuts[i - 1] ?? 0, end)).filter(({length}) => length > 0);
  }
}

function isPlain({layer, key_hex: keyHex}: Vector, wanted: string): boolean {
  return layer === wanted && keyHex === undefined;
}
