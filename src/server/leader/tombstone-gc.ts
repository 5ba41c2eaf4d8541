import {type Fact} from '../../fsm/fact.ts';
import {type Proposer} from '../../fsm/proposer.ts';
import {isTombstonesLeft} from '../../kv/facts.ts';
import {TombstoneRequest} from '../../kv/schema.ts';
import {Tombstones} from '../../kv/state.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Store} from '../../store/store.ts';
import {tombstoneGranularityMs, tombstoneTtlMs} from '../limits.ts';
import {type LeaderDuty} from './leader-duty.ts';

export interface TombstoneGcOptions {
  readonly datacenter: string;
  readonly store: Store;
  readonly proposer: Proposer;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Bin {
  readonly timer: Timer;
  /** The highest index at which a tombstone of this bin was left. */
  index: number;
}

/**
 * A leader drops tombstones once nobody can be waiting on what they stand for. Those that fall due within the same half
 * minute share a bin, and go with one log entry (rpc-raft.md §16). What an earlier leader left has its full time again.
 */
export class TombstoneGc implements LeaderDuty {
  readonly #options: TombstoneGcOptions;
  /** By the time at which they fall due, a multiple of the granularity. */
  readonly #bins = new Map<number, Bin>();
  #isLeading = false;

  constructor(options: TombstoneGcOptions) {
    this.#options = options;
  }

  gained(): void {
    this.#isLeading = true;
    const view = this.#options.store.view();
    // Below the prefix of a deleted tree there may be tombstones of keys; the table's index is the highest of them all.
    if (view.size(Tombstones) > 0) this.#expect(view.indexOf('tombstones'));
  }

  lost(): void {
    this.#isLeading = false;
    for (const {timer} of this.#bins.values()) timer.cancel();
    this.#bins.clear();
  }

  /** What the old state held is not there to be collected; what the new one holds is. */
  replaced(): void {
    this.lost();
    this.gained();
  }

  observe(facts: readonly Fact[]): void {
    if (!this.#isLeading) return;
    for (const fact of facts) if (isTombstonesLeft(fact)) this.#expect(fact.index);
  }

  #expect(index: number): void {
    const {clock} = this.#options;
    const nowMs = clock.nowMs();
    const dueMs = Math.ceil((nowMs + tombstoneTtlMs) / tombstoneGranularityMs) * tombstoneGranularityMs;
    const bin = this.#bins.get(dueMs);
    if (bin !== undefined) bin.index = Math.max(bin.index, index);
    else this.#bins.set(dueMs, {index, timer: clock.setTimer(dueMs - nowMs, () => void this.#reap(dueMs))});
  }

  async #reap(dueMs: number): Promise<void> {
    const {proposer, datacenter, logger} = this.#options;
    const index = this.#bins.get(dueMs)?.index;
    if (index === undefined) return;
    this.#bins.delete(dueMs);
    try {
      await proposer.propose(5, TombstoneRequest, TombstoneRequest.make({Datacenter: datacenter, Op: 'reap', ReapIndex: index}));
    } catch (error) {
      logger.error('failed to reap tombstones', {index, error});
      // They wait for their time once more, unless a later bin takes them along.
      if (this.#isLeading) this.#expect(index);
    }
  }
}
