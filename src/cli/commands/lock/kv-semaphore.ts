import {errorText} from '../../../runtime/thrown.ts';
import {type ApiClient, keyPath} from '../../api-client.ts';
import {type KvPair} from '../kv/kv-pair.ts';
import {readKv} from './kv-reader.ts';
import {AcquireFailure, type MutualExclusion} from './mutual-exclusion.ts';
import {type Waits} from './waits.ts';

/** Marks the keys of semaphores (cli.md §3.8). */
const SEMAPHORE_FLAGS = String(0xe0f6_9a2b_aa41_4de0n);

/** What stands in a semaphore's lock entry. */
interface Seats {
  readonly limit: number;
  /** Sessions that hold a seat and still live. */
  readonly holders: readonly string[];
  /** ModifyIndex to compare with when it is written; 0: there is no entry yet. */
  readonly casIndex: number;
}

/** A lock for several holders: who contends holds a key of its own, and who has a seat is listed in one that all write by compare-and-set. */
export class KvSemaphore implements MutualExclusion {
  readonly behavior = 'delete';
  readonly #client: ApiClient;
  readonly #prefix: string;
  readonly #limit: number;
  readonly #waits: Waits;

  constructor(client: ApiClient, prefix: string, limit: number, waits: Waits) {
    this.#client = client;
    this.#prefix = prefix;
    this.#limit = limit;
    this.#waits = waits;
  }

  async acquire(sessionId: string, signal: AbortSignal): Promise<boolean> {
    await this.#client.json<boolean>('PUT', this.#contender(sessionId), {query: {acquire: sessionId, flags: SEMAPHORE_FLAGS}});
    let index = 0;
    for (;;) {
      const waitMs = this.#waits.nextMs();
      if (waitMs <= 0 || signal.aborted) return false;
      const read = await readKv(this.#client, this.#prefix, {recurse: true, index, waitMs, signal});
      const seats = this.#seats(read.entries);
      if (seats.holders.includes(sessionId)) return true;
      if (seats.holders.length >= seats.limit) index = read.index;
      else if (await this.#write({...seats, holders: [...seats.holders, sessionId]})) return true;
      else index = 0;
    }
  }

  lost(sessionId: string, signal: AbortSignal): Promise<void> {
    return this.#waits.untilLost(signal, async (index) => {
      const read = await readKv(this.#client, this.#prefix, {recurse: true, consistent: true, index, signal});
      return {isHeld: this.#seats(read.entries).holders.includes(sessionId), index: read.index};
    });
  }

  async release(sessionId: string): Promise<void> {
    for (;;) {
      const {entries} = await readKv(this.#client, this.#prefix, {recurse: true});
      const seats = this.#seats(entries);
      if (!seats.holders.includes(sessionId) || await this.#write({...seats, holders: seats.holders.filter((holder) => holder !== sessionId)})) break;
    }
    await this.#client.json<boolean>('DELETE', this.#contender(sessionId));
  }

  async clean(): Promise<boolean> {
    const {entries} = await readKv(this.#client, this.#prefix, {recurse: true});
    const seats = this.#seats(entries);
    if (seats.casIndex === 0) return true;
    if (seats.holders.length > 0) return false;
    return this.#client.json<boolean>('DELETE', this.#lockPath(), {query: {cas: String(seats.casIndex)}});
  }

  #lockPath(): string {
    return `/v1/kv/${keyPath(`${this.#prefix}/.lock`)}`;
  }

  #contender(sessionId: string): string {
    return `/v1/kv/${keyPath(`${this.#prefix}/${sessionId}`)}`;
  }

  /** @throws AcquireFailure when the entry is none of a semaphore, or of one with another limit */
  #seats(entries: readonly KvPair[]): Seats {
    const entry = entries.find(({Key}) => Key === `${this.#prefix}/.lock`);
    if (entry === undefined) return {limit: this.#limit, holders: [], casIndex: 0};
    if (entry.Flags !== SEMAPHORE_FLAGS) throw new AcquireFailure('Existing key does not match semaphore use');
    const {Limit, Holders} = parseSeats(entry.Value);
    if (Limit !== this.#limit) throw new AcquireFailure(`semaphore limit conflict (lock: ${Limit}, local: ${this.#limit})`);
    const alive = new Set(entries.map(({Session}) => Session ?? ''));
    return {limit: Limit, holders: Object.keys(Holders).filter((holder) => alive.has(holder)), casIndex: entry.ModifyIndex};
  }

  #write({limit, holders, casIndex}: Seats): Promise<boolean> {
    const body = JSON.stringify({Limit: limit, Holders: Object.fromEntries([...holders].sort().map((holder) => [holder, true]))});
    return this.#client.json<boolean>('PUT', this.#lockPath(), {query: {cas: String(casIndex), flags: SEMAPHORE_FLAGS}, body});
  }
}

function parseSeats(value: string | null): {readonly Limit: number; readonly Holders: Readonly<Record<string, unknown>>} {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(value ?? '', 'base64').toString('utf8'));
  } catch (error) {
    throw new AcquireFailure(`failed to decode lock: ${errorText(error)}`);
  }
  const {Limit, Holders} = (read ?? {}) as {Limit?: unknown; Holders?: unknown};
  return {Limit: typeof Limit === 'number' ? Limit : 0, Holders: typeof Holders === 'object' && Holders !== null ? Holders as Record<string, unknown> : {}};
}
