import {type Clock} from '../runtime/clock.ts';
import {isSessionEnded} from '../session/facts.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type LeaderDuty} from './leader/leader-duty.ts';
import {type Fact} from '../fsm/fact.ts';
import {lockDelayMaxMs} from './limits.ts';

/**
 * Keys whose lock was taken away from a session, and how long nobody may lock them: the holder may not know yet that it
 * lost the lock (http-core.md §12.4). Only a leader asks; its successor starts without delays, as Consul's does.
 */
export class LockDelays implements LeaderDuty {
  readonly #clock: Clock;
  readonly #untilMs = new Map<ByteString, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while the key may not be locked. */
  isDelayed(key: ByteString): boolean {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return false;
    if (this.#clock.nowMs() < untilMs) return true;
    this.#untilMs.delete(key);
    return false;
  }

  gained(): void {
    this.#untilMs.clear();
  }

  lost(): void {
    this.#untilMs.clear();
  }

  observe(facts: readonly Fact[]): void {
    const nowMs = this.#clock.nowMs();
    for (const fact of facts) {
      if (!isSessionEnded(fact)) continue;
      const delayMs = Math.min(fact.session.LockDelay / 1e6, lockDelayMaxMs);
      if (delayMs > 0) for (const key of fact.released) this.#untilMs.set(key, nowMs + delayMs);
    }
    this.#forgetOver(nowMs);
  }

  /** The oldest stand first, as far as delays are alike; what is over is forgotten a little at a time. */
  #forgetOver(nowMs: number): void {
    for (const [key, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) return;
      this.#untilMs.delete(key);
    }
  }
}
