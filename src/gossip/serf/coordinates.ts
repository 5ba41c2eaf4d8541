import {errorText} from '../../runtime/thrown.ts';
import {Coordinate} from '../../schema/coordinate.ts';
import {type ByteString} from '../../wire/byte-string.ts';
import {type SwimNodeView} from '../swim/node-state.ts';
import {type SerfContext} from './serf-context.ts';
import {VivaldiClient} from './vivaldi.ts';

const coordinateVersion = 1;

/** Our network coordinate and those last heard of others: carried by acks, learnt from their round trips [gossip.md §13]. */
export class Coordinates {
  readonly #context: SerfContext;
  readonly #vivaldi = new VivaldiClient();
  readonly #others = new Map<string, Coordinate>();
  #encoded: {readonly coordinate: Coordinate | null; readonly payload: ByteString} = {coordinate: null, payload: ''};

  constructor(context: SerfContext) {
    this.#context = context;
  }

  get own(): Coordinate {
    return this.#vivaldi.coordinate;
  }

  /** How often ours had to be begun anew. */
  get resets(): number {
    return this.#vivaldi.resets;
  }

  /** The last one heard of a member; undefined: none yet. */
  of(name: string): Coordinate | undefined {
    return name === this.#context.config.name ? this.own : this.#others.get(name);
  }

  forget(name: string): void {
    this.#others.delete(name);
    this.#vivaldi.forget(name);
  }

  /** Ours, as an ack carries it; encoded once for all acks until it changes. */
  payload(): ByteString {
    const {own} = this;
    if (own !== this.#encoded.coordinate) {
      this.#encoded = {coordinate: own, payload: Coordinate.toMsgpack(own, {typeByte: coordinateVersion}).toString('latin1')};
    }
    return this.#encoded.payload;
  }

  /** An ack of `node` came in time, with its coordinate. */
  learn(node: SwimNodeView, rttMs: number, payload: ByteString | null): void {
    if (payload === null || payload === '') return;
    const bytes = Buffer.from(payload, 'latin1');
    try {
      if (bytes[0] !== coordinateVersion) throw new Error(`Unsupported ping version: ${bytes[0]}`);
      const other = Coordinate.fromMsgpack(bytes, 1);
      const problem = this.#vivaldi.update(node.name, other, rttMs, this.#context.swim.random);
      if (problem !== null) throw new Error(problem);
      this.#others.set(node.name, other);
    } catch (error) {
      this.#context.log('debug', `Rejected coordinate from ${node.name}: ${errorText(error)}`, `coordinate:${node.name}`);
    }
  }
}
