import {ignoreUnknownBit} from '../fsm/command.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {coordinateBatch} from './commands.ts';
import {type NodeCoordinate} from './schema.ts';

export interface CoordinateBatchesOptions {
  readonly proposer: Proposer;
  readonly periodMs: number;
  readonly batchSize: number;
  readonly batchesMax: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Coordinates that came in, written together every few seconds; what is too much is dropped and comes again (rpc-raft.md §9). */
export class CoordinateBatches {
  readonly #options: CoordinateBatchesOptions;
  /** The newest of each node. */
  readonly #waiting = new Map<string, NodeCoordinate>();
  #timer: Timer | undefined;
  #dropped = 0;

  constructor(options: CoordinateBatchesOptions) {
    this.#options = options;
  }

  add(coordinate: NodeCoordinate): void {
    const {batchSize, batchesMax, periodMs, clock} = this.#options;
    const key = `${coordinate.Node}\0${coordinate.Segment}`;
    if (this.#waiting.size >= batchSize * batchesMax && !this.#waiting.has(key)) this.#dropped++;
    else this.#waiting.set(key, coordinate);
    this.#timer ??= clock.setTimer(periodMs, () => void this.#flush());
  }

  close(): void {
    this.#timer?.cancel();
    this.#waiting.clear();
  }

  async #flush(): Promise<void> {
    const {batchSize, proposer, logger} = this.#options;
    this.#timer = undefined;
    const rows = [...this.#waiting.values()];
    this.#waiting.clear();
    if (this.#dropped > 0) logger.warn('Discarded coordinate updates', {number_discarded: this.#dropped});
    this.#dropped = 0;
    try {
      for (let at = 0; at < rows.length; at += batchSize) {
        await proposer.propose(6 | ignoreUnknownBit, coordinateBatch, rows.slice(at, at + batchSize));
      }
    } catch (error) {
      logger.warn('Batch update failed', {error});
    }
  }
}
