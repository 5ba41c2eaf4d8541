import {RaftInvariantError} from '../raft-error.ts';

/** A run of entries of one term. */
export interface TermRun {
  readonly first: number;
  readonly term: number;
}

/**
 * What the core must know of the log: where it begins and ends and the term of each entry, as runs; the entries
 * themselves are elsewhere.
 */
export class TermLog {
  #first: number;
  #last: number;
  #runs: TermRun[];
  #snapshotIndex: number;
  #snapshotTerm: number;

  constructor(first: number, last: number, runs: readonly TermRun[], snapshotIndex: number, snapshotTerm: number) {
    this.#first = first;
    this.#last = last;
    this.#runs = [...runs];
    this.#snapshotIndex = snapshotIndex;
    this.#snapshotTerm = snapshotTerm;
  }

  /** Index of the first entry that is in the log (one past `last` when it is empty). */
  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  get lastTerm(): number {
    return this.termAt(this.#last) ?? 0;
  }

  get snapshotIndex(): number {
    return this.#snapshotIndex;
  }

  get snapshotTerm(): number {
    return this.#snapshotTerm;
  }

  /** Term of the entry at `index`, 0 at index 0, undefined when it is not known any more or not there. */
  termAt(index: number): number | undefined {
    if (index === this.#snapshotIndex) return this.#snapshotTerm;
    return index === 0 ? 0 : this.entryTermAt(index);
  }

  /** Term of the entry at `index` as the log itself holds it. */
  entryTermAt(index: number): number | undefined {
    if (index < this.#first || index > this.#last) return undefined;
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const run = this.#runs[middle];
      if (run !== undefined && run.first <= index) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low]?.term;
  }

  append(index: number, term: number): void {
    if (index !== this.#last + 1) throw new RaftInvariantError(`entry ${index} appended after entry ${this.#last}`);
    const run = this.#runs.at(-1);
    if (run !== undefined && term < run.term) throw new RaftInvariantError(`term ${term} appended after term ${run.term}`);
    if (run?.term !== term) this.#runs.push({first: index, term});
    this.#last = index;
  }

  truncateFrom(index: number): void {
    this.#last = index - 1;
    while ((this.#runs.at(-1)?.first ?? 0) >= index) this.#runs.pop();
  }

  dropThrough(index: number): void {
    if (index < this.#first) return;
    this.#first = index + 1;
    while ((this.#runs[1]?.first ?? Infinity) <= this.#first) this.#runs.shift();
    if (this.#first > this.#last) this.#runs = [];
  }

  snapshotAt(index: number, term: number): void {
    this.#snapshotIndex = index;
    this.#snapshotTerm = term;
  }

  resetTo(next: number): void {
    this.#first = next;
    this.#last = next - 1;
    this.#runs = [];
  }
}
