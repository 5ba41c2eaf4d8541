/** A timer inside a core. Cancelling one that has fired does nothing. */
export interface CoreTimer {
  cancel(): void;
}

class Entry implements CoreTimer {
  fire: (() => void) | null;

  constructor(fire: () => void) {
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
  /** When each entry of the heap is due, and which was set first: beside the heap, where comparing them is cheap. */
  readonly #atMs: number[] = [];
  readonly #orders: number[] = [];
  #order = 0;

  /** Calls `fire` in the first `runDue` at or after `atMs`. */
  set(atMs: number, fire: () => void): CoreTimer {
    const entry = new Entry(fire);
    this.#up(this.#heap.length, entry, atMs, this.#order++);
    return entry;
  }

  /** When the earliest timer is due; Infinity when there is none. */
  get nextAtMs(): number {
    this.#dropCancelled();
    return this.#atMs[0] ?? Infinity;
  }

  /** Fires all that is due at `nowMs`, also what a fired timer sets at or before `nowMs`. */
  runDue(nowMs: number): void {
    while (this.nextAtMs <= nowMs) {
      const first = this.#heap[0];
      if (first === undefined) return;
      this.#removeFirst();
      const {fire} = first;
      first.fire = null;
      fire?.();
    }
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.fire === null) this.#removeFirst();
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    const atMs = this.#atMs.pop();
    const order = this.#orders.pop();
    if (last === undefined || atMs === undefined || order === undefined || this.#heap.length === 0) return;
    this.#down(last, atMs, order);
  }

  /** Puts an entry at `place`, at the end, or above what is due after it. */
  #up(place: number, entry: Entry, atMs: number, order: number): void {
    let at = place;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isAfter(above, atMs, order)) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(at, entry, atMs, order);
  }

  /** Puts an entry in the first place, or below what is due before it. */
  #down(entry: Entry, atMs: number, order: number): void {
    const {length} = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && this.#isAfter(below, this.#atMs[below + 1] ?? 0, this.#orders[below + 1] ?? 0)) below++;
      if (this.#isAfter(below, atMs, order)) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(at, entry, atMs, order);
  }

  #isAfter(place: number, atMs: number, order: number): boolean {
    const placedMs = this.#atMs[place] ?? 0;
    return placedMs > atMs || (placedMs === atMs && (this.#orders[place] ?? 0) > order);
  }

  #move(from: number, to: number): void {
    const entry = this.#heap[from];
    if (entry !== undefined) this.#put(to, entry, this.#atMs[from] ?? 0, this.#orders[from] ?? 0);
  }

  #put(at: number, entry: Entry, atMs: number, order: number): void {
    this.#heap[at] = entry;
    this.#atMs[at] = atMs;
    this.#orders[at] = order;
  }
}
