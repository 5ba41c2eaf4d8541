import {type EncodedMessage} from './messages.ts';

interface Entry {
  readonly encoded: EncodedMessage;
  readonly key: string | null;
  readonly order: number;
  readonly done: (() => void) | null;
  sent: number;
}

/**
 * Messages that wait to ride on packets, each a bounded number of times [gossip.md §9]. What was sent least goes first;
 * among equals the longest that still fits, then the newest. A message with a key replaces the one that has it.
 */
export class BroadcastQueue {
  /** By number of transmissions; each bucket longest first, newest first among equal lengths. */
  readonly #buckets: Entry[][] = [];
  readonly #byKey = new Map<string, Entry>();
  #order = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Queues a message.
   * @param key what it is about; null when it replaces nothing
   * @param done called once, when it was sent as often as it may be, was replaced, or was pruned
   */
  push(encoded: EncodedMessage, key: string | null, done: (() => void) | null = null): void {
    const entry: Entry = {encoded, key, order: this.#order++, done, sent: 0};
    if (key !== null) {
      const old = this.#byKey.get(key);
      if (old !== undefined) this.#drop(old);
      this.#byKey.set(key, entry);
    }
    this.#insert(entry);
  }

  /**
   * Takes messages for one packet, appending to `into`.
   * @param overheadBytes cost of each message beside its own length
   * @param limitBytes what they may cost together
   * @param sendsMax how often a message is sent in all
   * @returns the bytes they cost
   */
  take(overheadBytes: number, limitBytes: number, sendsMax: number, into: EncodedMessage[]): number {
    if (this.#length === 0) return 0;
    let usedBytes = 0;
    const taken: Entry[] = [];
    for (const bucket of this.#buckets) {
      for (;;) {
        const free = limitBytes - usedBytes - overheadBytes;
        if (free <= 0) break;
        const at = firstFitting(bucket, free);
        const entry = bucket[at];
        if (entry === undefined) break;
        bucket.splice(at, 1);
        usedBytes += overheadBytes + entry.encoded.bytes.length;
        taken.push(entry);
        into.push(entry.encoded);
      }
    }
    this.#length -= taken.length;
    for (const entry of taken) {
      entry.sent++;
      if (entry.sent >= sendsMax) this.#finish(entry);
      else this.#insert(entry);
    }
    return usedBytes;
  }

  /** Drops the most-sent, shortest, oldest messages until `depthMax` are left. Returns how many were dropped. */
  prune(depthMax: number): number {
    let dropped = 0;
    for (let sent = this.#buckets.length - 1; sent >= 0 && this.#length > depthMax; sent--) {
      const bucket = this.#buckets[sent] ?? [];
      while (this.#length > depthMax) {
        const entry = bucket.pop();
        if (entry === undefined) break;
        this.#length--;
        dropped++;
        this.#finish(entry);
      }
    }
    return dropped;
  }

  #insert(entry: Entry): void {
    while (this.#buckets.length <= entry.sent) this.#buckets.push([]);
    const bucket = this.#buckets[entry.sent] ?? [];
    let low = 0;
    let high = bucket.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (goesBefore(entry, bucket[middle])) high = middle;
      else low = middle + 1;
    }
    bucket.splice(low, 0, entry);
    this.#length++;
  }

  #drop(entry: Entry): void {
    const bucket = this.#buckets[entry.sent] ?? [];
    const at = bucket.indexOf(entry);
    if (at >= 0) {
      bucket.splice(at, 1);
      this.#length--;
    }
    this.#finish(entry);
  }

  #finish(entry: Entry): void {
    if (entry.key !== null && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    entry.done?.();
  }
}

function goesBefore(entry: Entry, other: Entry | undefined): boolean {
  if (other === undefined) return false;
  const difference = entry.encoded.bytes.length - other.encoded.bytes.length;
  return difference > 0 || (difference === 0 && entry.order > other.order);
}

/** Index of the first message of at most `bytes`; the bucket's length when there is none. */
function firstFitting(bucket: readonly Entry[], bytes: number): number {
  let low = 0;
  let high = bucket.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bucket[middle]?.encoded.bytes.length ?? 0) <= bytes) high = middle;
    else low = middle + 1;
  }
  return low;
}
