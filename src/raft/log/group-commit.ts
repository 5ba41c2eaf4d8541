import {type PersistEffect} from '../core/effects.ts';
import {joinPersists} from './join-persists.ts';
import {type LogStore} from './log-store.ts';

/**
 * Group commit: one synced write at a time, and what arrives while it is under way goes out together in the next.
 * `onDurable(seq)`: everything up to that persist is on disk. `onBroken`: a write failed; nothing further is written.
 */
export class GroupCommit {
  readonly #store: LogStore;
  readonly #onDurable: (seq: number) => void;
  readonly #onBroken: (error: unknown) => void;
  #waiting: PersistEffect[] = [];
  #writing: Promise<void> | undefined;
  #broken = false;

  constructor(store: LogStore, onDurable: (seq: number) => void, onBroken: (error: unknown) => void) {
    this.#store = store;
    this.#onDurable = onDurable;
    this.#onBroken = onBroken;
  }

  add(persist: PersistEffect): void {
    this.#waiting.push(persist);
  }

  get busy(): boolean {
    return this.#writing !== undefined;
  }

  /** Starts writing what waits, unless a write is under way already. */
  flush(): void {
    if (this.#writing !== undefined || this.#waiting.length === 0 || this.#broken) return;
    const {write, count, seq} = joinPersists(this.#waiting);
    this.#waiting.splice(0, count);
    this.#writing = this.#store.write(write).then(
      () => {
        this.#writing = undefined;
        // The next write goes out first: the disk works while what has just become durable is applied and answered.
        this.flush();
        this.#onDurable(seq);
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#broken = true;
        this.#onBroken(error);
      },
    );
  }

  /** Resolves when nothing is being written and nothing waits (or the disk is broken). */
  async idle(): Promise<void> {
    this.flush();
    while (this.#writing !== undefined) await this.#writing;
  }
}
