import {type EncodedMessage} from './messages.ts';

interface Entry {
  readonly encoded: EncodedMessage;
  readonly lengthBytes: number;
  readonly key: string | null;
  readonly order: number;
  readonly done: (() => void) | null;
  sent: number;
}

/**
 * Messages that wait to ride on packets, each a bounded number of times [gossip.md §9]. What was sent least goes first;
 * among equals the longest that still fits, then the newest. A message with a key replaces the one that has it.
 *
 * Hundreds wait in a large pool, of a few lengths: they stand in stacks by number of transmissions and length, and a
 * packet is filled by looking at the stacks' ranks alone.
 */
export class BroadcastQueue {
  /** Rank of each stack, ascending: least sent first, then longest. */
  readonly #ranks: number[] = [];
  /** The messages of each rank, oldest first. */
  readonly #stacks: Entry[][] = [];
  readonly #byKey = new Map<string, Entry>();
  #order = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Queues a message of less than 64 KiB.
   * @param key what it is about; null when it replaces nothing
   * @param done called once, when it was sent as often as it may be, was replaced, or was pruned
   */
  push(encoded: EncodedMessage, key: string | null, done: (() => void) | null = null): void {
    const entry: Entry = {encoded, lengthBytes: encoded.bytes.length, key, order: this.#order++, done, sent: 0};
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
    let freeBytes = limitBytes;
    const taken: Entry[] = [];
    for (let at = 0; at < this.#ranks.length && freeBytes > overheadBytes;) {
      const lengthBytes = lengthOf(this.#ranks[at] ?? 0);
      const entry = lengthBytes + overheadBytes <= freeBytes ? this.#stacks[at]?.pop() : undefined;
      if (entry === undefined) {
        at++;
        continue;
      }
      this.#removeIfEmpty(at);
      freeBytes -= lengthBytes + overheadBytes;
      taken.push(entry);
      into.push(entry.encoded);
    }
    this.#length -= taken.length;
    for (const entry of taken) {
      entry.sent++;
      if (entry.sent >= sendsMax) this.#finish(entry);
      else this.#insert(entry);
    }
    return limitBytes - freeBytes;
  }

  /** Drops the most-sent, shortest, oldest messages until `depthMax` are left. Returns how many were dropped. */
  prune(depthMax: number): number {
    let dropped = 0;
    while (this.#length > depthMax) {
      const at = this.#stacks.length - 1;
      const entry = this.#stacks[at]?.shift();
      if (entry === undefined) break;
      this.#removeIfEmpty(at);
      this.#length--;
      dropped++;
      this.#finish(entry);
    }
    return dropped;
  }

  #insert(entry: Entry): void {
    const rank = rankOf(entry);
    const at = firstAtLeast(this.#ranks, rank);
    const stack = this.#stacks[at];
    if (stack === undefined || this.#ranks[at] !== rank) {
      this.#ranks.splice(at, 0, rank);
      this.#stacks.splice(at, 0, [entry]);
    } else {
      const place = placeOf(stack, entry.order);
      if (place === stack.length) stack.push(entry);
      else stack.splice(place, 0, entry);
    }
    this.#length++;
  }

  #drop(entry: Entry): void {
    const at = firstAtLeast(this.#ranks, rankOf(entry));
    const stack = this.#stacks[at] ?? [];
    const place = placeOf(stack, entry.order);
    if (stack[place] === entry) {
      stack.splice(place, 1);
      this.#removeIfEmpty(at);
      this.#length--;
    }
    this.#finish(entry);
  }

  #removeIfEmpty(at: number): void {
    if (this.#stacks[at]?.length !== 0) return;
    this.#ranks.splice(at, 1);
    this.#stacks.splice(at, 1);
  }

  #finish(entry: Entry): void {
    if (entry.key !== null && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    entry.done?.();
  }
}

const lengthBits = 16;
const lengthMax = 2 ** lengthBits - 1;

function rankOf({sent, lengthBytes}: Entry): number {
  return (sent << lengthBits) | (lengthMax - lengthBytes);
}

function lengthOf(rank: number): number {
  return lengthMax - (rank & lengthMax);
}

function firstAtLeast(ranks: readonly number[], rank: number): number {
  let low = 0;
  let high = ranks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranks[middle] ?? 0) >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where a message of this order stands in a stack. */
function placeOf(stack: readonly Entry[], order: number): number {
  let low = 0;
  let high = stack.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stack[middle]?.order ?? 0) >= order) high = middle;
    else low = middle + 1;
  }
  return low;
}
