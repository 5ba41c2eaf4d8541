import {type Clock} from '../runtime/clock.ts';
import {pause} from '../runtime/pause.ts';
import {type Random} from '../runtime/random.ts';

/** Share of the hold time that bounds the first wait between two tries (rpc-raft.md §6). */
const firstWaitShare = 16;

/** Paces the tries of one call: each wait is random, between the one before and a bound that doubles. */
export class RetryPacer {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #deadlineMs: number;
  #lastMs = 0;
  #boundMs: number;

  /** @param blockingMs how much longer than the hold time a blocking query may be tried */
  constructor(clock: Clock, random: Random, holdTimeoutMs: number, blockingMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#deadlineMs = clock.nowMs() + holdTimeoutMs + blockingMs;
    this.#boundMs = holdTimeoutMs / firstWaitShare;
  }

  /** Waits until the next try. False, at once, when the time for tries is over or the caller has given up. */
  wait(signal?: AbortSignal): Promise<boolean> {
    this.#lastMs += this.#random.float() * Math.max(0, this.#boundMs - this.#lastMs);
    this.#boundMs *= 2;
    return this.waitFor(this.#lastMs, signal);
  }

  /** The same with a wait of the caller's choice, for what costs nobody anything to look at again. */
  async waitFor(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#clock.nowMs() > this.#deadlineMs) return false;
    await pause(this.#clock, ms, signal);
    return signal?.aborted !== true;
  }
}
