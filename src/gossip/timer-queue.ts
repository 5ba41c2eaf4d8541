/** A timer inside a core. Cancelling one that has fired does nothing. */
export interface CoreTimer {
  cancel(): void;
}

class Entry implements CoreTimer {
  readonly atMs: number;
  readonly order: number;
  fire: (() => void) | null;

  constructor(atMs: number, order: number, fire: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.fire = fire;
  }

  cancel(): void {
    this.fire = null;
  }
}

/**
 * The timers of a core without I/O: a binary heap that is asked when the next one is due and told what time it is.
 * Equal times fire in the order of their setting, so that a seeded run repeats exactly.
 */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Calls `fire` in the first `runDue` at or after `atMs`. */
  set(atMs: number, fire: () => void): CoreTimer {
    const entry = new Entry(atMs, this.#order++, fire);
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  /** When the earliest timer is due; Infinity when there is none. */
  get nextAtMs(): number {
    this.#dropCancelled();
    return this.#heap[0]?.atMs ?? Infinity;
  }

  /** Fires all that is due at `nowMs`, also what a fired timer sets at or before `nowMs`. */
  runDue(nowMs: number): void {
    for (;;) {
      this.#dropCancelled();
      const first = this.#heap[0];
      if (first === undefined || first.atMs > nowMs) return;
      this.#removeFirst();
      const fire = first.fire;
      first.fire = null;
      fire?.();
    }
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.fire === null) this.#removeFirst();
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #down(index: number): void {
    for (;;) {
      let smallest = index;
      if (this.#before(2 * index + 1, smallest)) smallest = 2 * index + 1;
      if (this.#before(2 * index + 2, smallest)) smallest = 2 * index + 2;
      if (smallest === index) return;
      this.#swap(index, smallest);
      index = smallest;
    }
  }

  #before(a: number, b: number): boolean {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (left === undefined || right === undefined) return false;
    return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (left === undefined || right === undefined) return;
    this.#heap[a] = right;
    this.#heap[b] = left;
  }
}
