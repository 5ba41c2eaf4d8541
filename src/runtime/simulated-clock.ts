import {type Clock, type Timer} from './clock.ts';

interface Pending {
  atMs: number;
  order: number;
  fire: () => void;
}

/** A clock that stands still until `advance` is called. Timers fire in the order of their times, then of their setting. */
export class SimulatedClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #pending = new Set<Pending>();
  readonly #wallAtStartMs: number;

  /** @param wallAtStartMs what the wall clock shows at monotonic zero */
  constructor(wallAtStartMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#wallAtStartMs = wallAtStartMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallAtStartMs + this.#nowMs;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const entry: Pending = {atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, fire};
    this.#pending.add(entry);
    return {cancel: () => void this.#pending.delete(entry)};
  }

  /** How many timers wait. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Moves time on by `ms`, firing what falls due on the way; a timer set by a timer fires too if its time comes. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#first(); next !== undefined && next.atMs <= endMs; next = this.#first()) {
      this.#pending.delete(next);
      this.#nowMs = next.atMs;
      next.fire();
    }
    this.#nowMs = endMs;
  }

  #first(): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.#pending) {
      if (first === undefined || entry.atMs < first.atMs || (entry.atMs === first.atMs && entry.order < first.order)) {
        first = entry;
      }
    }
    return first;
  }
}
