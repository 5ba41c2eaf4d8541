import {ringSlotEntriesMax, ringSlots} from '../limits.ts';
import {LamportClock} from './lamport-clock.ts';

interface Slot<T> {
  readonly time: number;
  readonly entries: T[];
}

/** What was seen lately, by Lamport time: tells new from old and repeated [gossip.md §12.1]. */
export class EventRing<T> {
  readonly clock = new LamportClock();
  readonly #slots: (Slot<T> | undefined)[] = new Array<undefined>(ringSlots);
  readonly #same: (a: T, b: T) => boolean;
  /** What is older than this is not taken. */
  minTime = 0;
  /** Time of the newest entry taken. */
  newestTime = 0;

  constructor(same: (a: T, b: T) => boolean) {
    this.#same = same;
  }

  /** Remembers an entry; true if it is new. */
  admit(time: number, entry: T): boolean {
    this.clock.witness(time);
    if (time < this.minTime) return false;
    if (this.clock.time > ringSlots && time < this.clock.time - ringSlots) return false;
    const at = time % ringSlots;
    let slot = this.#slots[at];
    if (slot === undefined || slot.time !== time) {
      slot = {time, entries: []};
      this.#slots[at] = slot;
    } else if (slot.entries.length >= ringSlotEntriesMax || slot.entries.some((other) => this.#same(other, entry))) {
      return false;
    }
    slot.entries.push(entry);
    this.newestTime = Math.max(this.newestTime, time);
    return true;
  }

  /** All slots in ring order, unused ones undefined. */
  slots(): readonly ({readonly time: number; readonly entries: readonly T[]} | undefined)[] {
    return this.#slots;
  }
}
