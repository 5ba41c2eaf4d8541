import {type Clock} from '../runtime/clock.ts';

export interface BucketSize {
  /** Tokens that come in a second; Infinity: there are always enough. */
  readonly perSecond: number;
  /** Tokens that it holds at most, and at first. */
  readonly burst: number;
}

/** Lets through as many at once as it holds, and afterwards as many as come in. */
export class TokenBucket {
  readonly #clock: Clock;
  #size: BucketSize;
  #tokens: number;
  #asOfMs: number;

  constructor(clock: Clock, size: BucketSize) {
    this.#clock = clock;
    this.#size = size;
    this.#tokens = size.burst;
    this.#asOfMs = clock.nowMs();
  }

  /** Takes a token. False when there is none. */
  take(): boolean {
    if (this.#size.perSecond === Infinity) return true;
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Another size from now on; what it holds stays, as far as there is room. */
  resize(size: BucketSize): void {
    this.#fill();
    // Without a limit nothing was counted.
    this.#tokens = this.#size.perSecond === Infinity ? size.burst : Math.min(this.#tokens, size.burst);
    this.#size = size;
  }

  #fill(): void {
    const {perSecond, burst} = this.#size;
    const nowMs = this.#clock.nowMs();
    if (perSecond !== Infinity) this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#asOfMs) / 1000) * perSecond);
    this.#asOfMs = nowMs;
  }
}
