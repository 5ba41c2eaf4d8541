import {recentBytesMax} from '../limits.ts';
import {entryBytes, type LogEntry} from '../log-entry.ts';

/**
 * The log's newest entries, in memory, bounded in bytes: what replication and apply read. Entries not yet durable are
 * never evicted, whatever the bound. A ring would save the occasional shift; an array with a moving head is as good.
 */
export class RecentEntries {
  #entries: (LogEntry | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  readonly #bytesMax: number;

  constructor(bytesMax = recentBytesMax) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  #firstIndex(): number {
    return this.#entries[this.#head]?.index ?? Infinity;
  }

  push(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
  }

  get(index: number): LogEntry | undefined {
    const at = index - this.#firstIndex() + this.#head;
    return at >= this.#head ? this.#entries[at] : undefined;
  }

  /** Entries first … last, fewer when they exceed `bytesMax` (at least one); undefined when the first is not kept. */
  slice(first: number, last: number, bytesMax: number): LogEntry[] | undefined {
    let at = first - this.#firstIndex() + this.#head;
    if (!(at >= this.#head)) return undefined;
    const found: LogEntry[] = [];
    let bytes = 0;
    for (let index = first; index <= last; index++) {
      const entry = this.#entries[at++];
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (bytes > bytesMax && found.length > 0) break;
      found.push(entry);
    }
    return found.length > 0 ? found : undefined;
  }

  truncateFrom(index: number): void {
    while (this.#entries.length > this.#head && (this.#entries.at(-1)?.index ?? 0) >= index) {
      const entry = this.#entries.pop();
      if (entry !== undefined) this.#bytes -= entryBytes(entry);
    }
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Evicts the eldest above the bound, but nothing after `durableIndex`. */
  evict(durableIndex: number): void {
    while (this.#bytes > this.#bytesMax) {
      const entry = this.#entries[this.#head];
      if (entry === undefined || entry.index > durableIndex) break;
      this.#bytes -= entryBytes(entry);
      this.#entries[this.#head++] = undefined;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
