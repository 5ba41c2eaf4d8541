interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => void;
}

/** More events than this in one run are a livelock. */
const eventsMax = 3_000_000;

/** What happens when, in simulated milliseconds: a binary heap by time, then by the order of setting. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #order = 0;
  #done = 0;
  nowMs = 0;

  at(atMs: number, work: () => void): void {
    const heap = this.#heap;
    let at = heap.push({atMs: Math.max(atMs, this.nowMs), order: this.#order++, work}) - 1;
    while (at > 0 && this.#before(at, (at - 1) >> 1)) at = this.#swap(at, (at - 1) >> 1);
  }

  runUntil(endMs: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= endMs; first = this.#heap[0]) {
      this.#removeFirst();
      if (++this.#done > eventsMax) throw new Error(`livelock: ${eventsMax} events and it is only ${first.atMs} ms`);
      this.nowMs = first.atMs;
      first.work();
    }
    this.nowMs = endMs;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      if (2 * at + 1 < heap.length && this.#before(2 * at + 1, least)) least = 2 * at + 1;
      if (2 * at + 2 < heap.length && this.#before(2 * at + 2, least)) least = 2 * at + 2;
      if (least === at) return;
      at = this.#swap(at, least);
    }
  }

  #before(a: number, b: number): boolean {
    const x = this.#heap[a];
    const y = this.#heap[b];
    return x !== undefined && y !== undefined && (x.atMs < y.atMs || (x.atMs === y.atMs && x.order < y.order));
  }

  #swap(a: number, b: number): number {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x !== undefined && y !== undefined) [this.#heap[a], this.#heap[b]] = [y, x];
    return b;
  }
}
