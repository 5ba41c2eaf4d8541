/** A Lamport clock. Serf's start at 1 [gossip.md §11.2]. */
export class LamportClock {
  #time = 1;

  get time(): number {
    return this.#time;
  }

  increment(): number {
    return ++this.#time;
  }

  /** Moves past a time that was seen elsewhere. */
  witness(time: number): void {
    if (time >= this.#time) this.#time = time + 1;
  }
}
