/** Holds back what must not leave before something is on disk (`afterSeq` of the core's effects). Order is kept. */
export class DurabilityGate {
  #durableSeq = 0;
  #held: {readonly afterSeq: number; readonly go: () => void}[] = [];

  get durableSeq(): number {
    return this.#durableSeq;
  }

  /** Does it now, or as soon as `afterSeq` is durable. */
  after(afterSeq: number, go: () => void): void {
    if (afterSeq <= this.#durableSeq) go();
    else this.#held.push({afterSeq, go});
  }

  durable(seq: number): void {
    this.#durableSeq = seq;
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const waiting of held) {
      if (waiting.afterSeq <= seq) waiting.go();
      else this.#held.push(waiting);
    }
  }
}
