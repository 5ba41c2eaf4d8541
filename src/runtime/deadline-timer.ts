import {type Clock, type Timer} from './clock.ts';

/** A sum of now and a difference may fall short of its end by a rounding: what is nearer than this is due. */
const roundingMs = 0.001;

/**
 * One timer for a deadline that mostly moves away before it comes. It is not set anew with every move: one that fires too
 * early looks at the deadline again, which costs less.
 */
export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #deadlineMs: () => number;
  readonly #onDue: () => void;
  #timer: Timer | undefined;
  #atMs = Infinity;

  /** @param deadlineMs the deadline as it is now, by the clock's `nowMs`; Infinity: there is none */
  constructor(clock: Clock, deadlineMs: () => number, onDue: () => void) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#onDue = onDue;
  }

  /** To be called when a deadline came up or came nearer, and after `onDue`. */
  look(): void {
    const atMs = this.#deadlineMs();
    if (atMs >= this.#atMs) return;
    this.#timer?.cancel();
    this.#atMs = atMs;
    this.#timer = this.#clock.setTimer(atMs - this.#clock.nowMs(), () => {
      this.cancel();
      if (this.#deadlineMs() - this.#clock.nowMs() < roundingMs) this.#onDue();
      else this.look();
    });
  }

  /** Forgets the deadline until the next look. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#atMs = Infinity;
  }
}
