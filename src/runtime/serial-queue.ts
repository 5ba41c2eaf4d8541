/** Work that may not overlap: each begins when the one before it has ended, whether well or not. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what `work` gives; its failure is its caller's only */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return await mine;
  }
}
