import {type Clock} from '../runtime/clock.ts';
import {complaintIntervalMs, complaintKeysMax, complaintsMax} from './limits.ts';

/**
 * Lets the first complaint about a thing through and holds back its repetitions for a while: foreign packets come by the
 * thousand. Of all things together so many are told in that while; what comes from everywhere is no news either.
 */
export class Complaints {
  readonly #clock: Clock;
  readonly #lastMs = new Map<string, number>();
  #intervalStartMs = -Infinity;
  #told = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a complaint about this may be logged now; `last`: and no other for a while, which the log should say. */
  admit(about: string): 'yes' | 'last' | 'no' {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#intervalStartMs >= complaintIntervalMs) {
      this.#intervalStartMs = nowMs;
      this.#told = 0;
    }
    const lastMs = this.#lastMs.get(about);
    if (this.#told >= complaintsMax || (lastMs !== undefined && nowMs - lastMs < complaintIntervalMs)) return 'no';
    this.#lastMs.delete(about);
    const [oldest] = this.#lastMs.keys();
    if (this.#lastMs.size >= complaintKeysMax && oldest !== undefined) this.#lastMs.delete(oldest);
    this.#lastMs.set(about, nowMs);
    this.#told++;
    return this.#told === complaintsMax ? 'last' : 'yes';
  }
}

/** What a problem is about whatever its numbers are: `msg type (125) not supported` is said once, not for each type. */
export function kindOfProblem(problem: string): string {
  return problem.replace(/[0-9a-f]*\d[0-9a-f]*/g, '#');
}
