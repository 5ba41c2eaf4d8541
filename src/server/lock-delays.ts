import {type Fact} from '../fsm/fact.ts';
import {type Clock} from '../runtime/clock.ts';
import {isSessionEnded} from '../session/facts.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {lockDelayMaxMs} from './limits.ts';

/**
 * Keys whose lock was taken away from a session, and how long nobody may lock them: the holder may not know yet that it
 * lost the lock (http-core.md §12.4). Only a leader asks, but every server remembers, so that a lock stays held back
 * when leadership moves; one that starts anew counts the delays of the entries it applies again in full, as Consul does.
 */
export class LockDelays {
  readonly #clock: Clock;
  readonly #untilMs = new Map<ByteString, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many keys are remembered, over or not. */
  get size(): number {
    return this.#untilMs.size;
  }

  /** True while the key may not be locked. */
  isDelayed(key: ByteString): boolean {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return false;
    if (this.#clock.nowMs() < untilMs) return true;
    this.#untilMs.delete(key);
    return false;
  }

  /** Takes note of ended sessions; called with what applied entries brought about, in their order. */
  observe(facts: readonly Fact[]): void {
    const nowMs = this.#clock.nowMs();
    for (const fact of facts) {
      if (isSessionEnded(fact)) this.#hold(fact.released, fact.session.LockDelay / 1e6, nowMs);
    }
    this.#forgetOver(nowMs);
  }

  /** The state was replaced from a snapshot: the locks that were taken away are not those of this state. */
  clear(): void {
    this.#untilMs.clear();
  }

  #hold(keys: readonly ByteString[], lockDelayMs: number, nowMs: number): void {
    const delayMs = Math.min(lockDelayMs, lockDelayMaxMs);
    if (delayMs <= 0) return;
    for (const key of keys) {
      // The map stays in the order of noting, so that what is over is found at its head.
      this.#untilMs.delete(key);
      this.#untilMs.set(key, nowMs + delayMs);
    }
  }

  /** A long delay at the head keeps shorter ones behind it remembered, for its own minute at most. */
  #forgetOver(nowMs: number): void {
    for (const [key, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) return;
      this.#untilMs.delete(key);
    }
  }
}
