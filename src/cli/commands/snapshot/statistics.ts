import {DirEntry} from '../../../kv/schema.ts';
import {StateCutter, type StateRecord} from '../../../server/state-cutter.ts';
import {textOfByteString} from '../../../wire/byte-string.ts';
import {recordName} from './record-names.ts';

/** How much of a snapshot's state something takes. */
export interface Share {
  readonly Name: string;
  /** bytes */
  readonly Sum: number;
  readonly Count: number;
}

export interface KeyGrouping {
  /** How many segments of a key make a group. */
  readonly depth: number;
  /** Only keys that begin with this are counted. */
  readonly prefix: string;
}

const kvsType = 2;
/** Adds up a state.bin that comes in pieces: bytes and records by type, and by the beginnings of keys if wanted. */
export class Statistics {
  readonly #cutter = new StateCutter();
  readonly #types = new Shares();
  readonly #keys = new Shares();
  readonly #grouping: KeyGrouping | undefined;

  constructor(grouping: KeyGrouping | undefined) {
    this.#grouping = grouping;
  }

  get types(): readonly Share[] {
    return this.#types.largestFirst();
  }

  get keys(): readonly Share[] {
    return this.#keys.largestFirst();
  }

  get totalBytes(): number {
    return this.#types.bytes;
  }

  get totalKeyBytes(): number {
    return this.#keys.bytes;
  }

  /** @throws Error for what is no state */
  add(piece: Buffer): void {
    this.#cutter.push(piece);
    for (let record = this.#cutter.next(); record !== null; record = this.#cutter.next()) this.#count(record);
  }

  /** No more pieces come. @throws Error when the last record is not whole */
  end(): void {
    this.#cutter.end();
  }

  #count({type, value}: StateRecord): void {
    // A record has a type byte before its value; the header of the file is counted with the first.
    const bytes = value.length + 1 + (this.#types.bytes === 0 ? this.#cutter.headerBytes : 0);
    this.#types.add(recordName(type), bytes);
    if (type !== kvsType || this.#grouping === undefined) return;
    const {depth, prefix} = this.#grouping;
    const key = textOfByteString(DirEntry.fromMsgpack(value).Key);
    if (key.startsWith(prefix)) this.#keys.add(key.split('/').slice(0, Math.max(0, depth)).join('/'), bytes);
  }
}

class Shares {
  readonly #byName = new Map<string, {Sum: number; Count: number}>();
  bytes = 0;

  add(name: string, bytes: number): void {
    const share = this.#byName.get(name) ?? {Sum: 0, Count: 0};
    share.Sum += bytes;
    share.Count++;
    this.#byName.set(name, share);
    this.bytes += bytes;
  }

  largestFirst(): readonly Share[] {
    const shares = [...this.#byName].map(([Name, {Sum, Count}]) => ({Name, Sum, Count}));
    return shares.sort((a, b) => b.Sum - a.Sum || (a.Name < b.Name ? -1 : 1));
  }
}
