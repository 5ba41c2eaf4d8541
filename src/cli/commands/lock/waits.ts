import {pause} from '../../../runtime/pause.ts';
import {type Clock} from '../../../runtime/clock.ts';
import {mayPass} from './kv-reader.ts';

/** How long one blocking query of a waiting lock lasts. */
const QUERY_WAIT_MS = 15_000;
/** How often a lock in its lock-delay is tried for. */
const LOCK_DELAY_RETRY_MS = 5_000;
const MONITOR_RETRY_AFTER_MS = 1_000;

interface Look {
  readonly isHeld: boolean;
  readonly index: number;
}

/** The patience of a lock: how long it tries, and how it bears an agent that does not answer. */
export class Waits {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #retries: number;

  /**
   * @param timeoutMs how long to try for the lock; 0: for ever
   * @param retries how many failed looks in a row at a held lock are no loss of it yet
   */
  constructor(clock: Clock, timeoutMs: number, retries: number) {
    this.#clock = clock;
    this.#deadlineMs = timeoutMs === 0 ? Number.POSITIVE_INFINITY : clock.nowMs() + timeoutMs;
    this.#retries = retries;
  }

  /** What is left for the next blocking query; 0 or less when time is up. */
  nextMs(): number {
    return Math.min(QUERY_WAIT_MS, this.#deadlineMs - this.#clock.nowMs());
  }

  lockDelay(signal: AbortSignal): Promise<void> {
    return pause(this.#clock, Math.max(0, Math.min(LOCK_DELAY_RETRY_MS, this.#deadlineMs - this.#clock.nowMs())), signal);
  }

  /** Looks, each time from the index before, until the lock is not held any more. */
  async untilLost(signal: AbortSignal, look: (index: number) => Promise<Look>): Promise<void> {
    let index = 0;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const seen = await look(index);
        if (!seen.isHeld) return;
        index = seen.index;
        failures = 0;
      } catch (error) {
        if (signal.aborted || !mayPass(error) || ++failures > this.#retries) return;
        await pause(this.#clock, MONITOR_RETRY_AFTER_MS, signal);
      }
    }
  }
}
