/** What work touches: keys of its own choosing; undefined stands for everything. */
export type WorkKeys = readonly string[] | undefined;

interface Entry {
  readonly keys: ReadonlySet<string> | undefined;
  readonly ended: Promise<unknown>;
}

/** Work that may not overlap with other work on the same things: it begins when all that came before it and touches them has ended. */
export class KeyedQueue {
  readonly #entries = new Set<Entry>();

  /** @returns what `work` gives; its failure is its caller's only */
  async run<T>(keys: WorkKeys, work: () => Promise<T>): Promise<T> {
    const before = [...this.#entries].filter((entry) => overlap(entry.keys, keys)).map(({ended}) => ended);
    const mine = before.length === 0 ? work() : Promise.all(before).then(work);
    const entry = {keys: keys && new Set(keys), ended: mine.catch(() => undefined)};
    this.#entries.add(entry);
    try {
      return await mine;
    } finally {
      this.#entries.delete(entry);
    }
  }
}

function overlap(held: ReadonlySet<string> | undefined, keys: WorkKeys): boolean {
  return held === undefined || keys === undefined || keys.some((key) => held.has(key));
}
