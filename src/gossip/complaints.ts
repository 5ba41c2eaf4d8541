import {type Clock} from '../runtime/clock.ts';
import {complaintIntervalMs, complaintKeysMax} from './limits.ts';

/** Lets the first complaint about a thing through and holds back its repetitions for a while: foreign packets come by the thousand. */
export class Complaints {
  readonly #clock: Clock;
  readonly #lastMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a complaint about this may be logged now. */
  admit(about: string): boolean {
    const nowMs = this.#clock.nowMs();
    const lastMs = this.#lastMs.get(about);
    if (lastMs !== undefined && nowMs - lastMs < complaintIntervalMs) return false;
    this.#lastMs.delete(about);
    const [oldest] = this.#lastMs.keys();
    if (this.#lastMs.size >= complaintKeysMax && oldest !== undefined) this.#lastMs.delete(oldest);
    this.#lastMs.set(about, nowMs);
    return true;
  }
}
