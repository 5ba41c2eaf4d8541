import {type PersistEffect} from '../core/effects.ts';
import {writeBytesMax, writeEntriesMax} from '../limits.ts';
import {entryBytes, type LogEntry} from '../log-entry.ts';
import {type LogStore, type LogWrite} from './log-store.ts';

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
    const [write, count, seq] = joined(this.#waiting);
    this.#waiting.splice(0, count);
    this.#writing = this.#store.write(write).then(
      () => {
        this.#writing = undefined;
        this.#onDurable(seq);
        this.flush();
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

/** As many consecutive persists as one write may take, joined into one. */
function joined(waiting: readonly PersistEffect[]): [write: LogWrite, count: number, seq: number] {
  let hardState: PersistEffect['hardState'];
  let resetTo: number | undefined;
  let truncateFrom: number | undefined;
  let dropThrough: number | undefined;
  let entries: LogEntry[] = [];
  let bytes = 0;
  let count = 0;
  let seq = 0;
  for (const persist of waiting) {
    const adds = persist.entries ?? [];
    for (const entry of adds) bytes += entryBytes(entry);
    if (count > 0 && (bytes > writeBytesMax || entries.length + adds.length > writeEntriesMax)) break;
    // A drop is done last in a write, so nothing that empties or cuts the log may be joined behind it.
    if (dropThrough !== undefined && (persist.resetTo !== undefined || persist.truncateFrom !== undefined)) break;
    hardState = persist.hardState ?? hardState;
    if (persist.resetTo !== undefined) {
      resetTo = persist.resetTo;
      truncateFrom = undefined;
      entries = [];
    }
    if (persist.truncateFrom !== undefined) {
      const from = persist.truncateFrom;
      const first = entries[0]?.index ?? Infinity;
      if (from <= first) {
        entries = [];
        if (resetTo === undefined) truncateFrom = Math.min(truncateFrom ?? Infinity, from);
      } else entries = entries.filter((entry) => entry.index < from);
    }
    for (const entry of adds) entries.push(entry);
    dropThrough = persist.dropThrough ?? dropThrough;
    count++;
    seq = persist.seq;
  }
  return [{hardState, resetTo, truncateFrom, entries, dropThrough}, count, seq];
}
