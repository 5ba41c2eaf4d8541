/**
 * The local health score of Lifeguard §IV-A: how far a member doubts itself. 0 is healthy; each point makes its probes
 * one interval slower and more patient.
 */
export class Awareness {
  readonly #max: number;
  #score = 0;

  /** @param maxMultiplier the score stays below this */
  constructor(maxMultiplier: number) {
    this.#max = maxMultiplier - 1;
  }

  get score(): number {
    return this.#score;
  }

  apply(delta: number): void {
    this.#score = Math.min(this.#max, Math.max(0, this.#score + delta));
  }

  scaleMs(timeoutMs: number): number {
    return timeoutMs * (this.#score + 1);
  }
}
