import {settledWatchesPerTurnMax, wokenWaitersPerTurnMax} from './limits.ts';

/** Runs something in a later turn of the event loop; in the agent `setImmediate`. */
export type Defer = (run: () => void) => void;

/** What the waker wakes: at most `waitersMax` of its waiters at a time. */
export interface Sleeper {
  /** @returns how many waiters were resolved; fewer than `waitersMax` means that none is left */
  settle(waitersMax: number): number;
}

/** Wakes the waiters of fired watches a slice at a time, so that thousands of answers leave room for everything else. */
export class Waker {
  readonly #defer: Defer;
  #queue: Sleeper[] = [];
  #head = 0;
  #scheduled = false;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  /** Fired watches that are not yet settled. */
  get pendingCount(): number {
    return this.#queue.length - this.#head;
  }

  enqueue(sleeper: Sleeper): void {
    this.#queue.push(sleeper);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    let waiters = wokenWaitersPerTurnMax;
    for (let settled = 0; settled < settledWatchesPerTurnMax && this.#head < this.#queue.length; settled++) {
      const woken = (this.#queue[this.#head] as Sleeper).settle(waiters);
      waiters -= woken;
      if (waiters === 0) break; // the one at the head may have more waiters
      this.#head++;
    }
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else {
      this.#schedule();
    }
  }
}
