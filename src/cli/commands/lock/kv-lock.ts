import {type ApiClient, keyPath} from '../../api-client.ts';
import {type Waits} from './waits.ts';
import {readKv} from './kv-reader.ts';
import {AcquireFailure, type MutualExclusion} from './mutual-exclusion.ts';

/** Marks the keys of locks, so that nobody takes another key for one (cli.md §3.8). */
const LOCK_FLAGS = String(0x2ddc_cbc0_58a5_0c18n);

/** A lock for one holder: a key that a session holds. */
export class KvLock implements MutualExclusion {
  readonly behavior = 'release';
  readonly #client: ApiClient;
  readonly #key: string;
  readonly #waits: Waits;

  constructor(client: ApiClient, key: string, waits: Waits) {
    this.#client = client;
    this.#key = key;
    this.#waits = waits;
  }

  async acquire(sessionId: string, signal: AbortSignal): Promise<boolean> {
    let index = 0;
    for (;;) {
      const waitMs = this.#waits.nextMs();
      if (waitMs <= 0 || signal.aborted) return false;
      const read = await readKv(this.#client, this.#key, {index, waitMs, signal});
      const entry = read.entries[0];
      if (entry !== undefined && entry.Flags !== LOCK_FLAGS) throw new AcquireFailure('Existing key does not match lock use');
      const holder = entry?.Session ?? '';
      if (holder === sessionId) return true;
      if (holder !== '') {
        index = read.index;
        continue;
      }
      if (await this.#put('acquire', sessionId)) return true;
      const {entries, index: seen} = await readKv(this.#client, this.#key, {consistent: true, signal});
      // A lock that nobody holds and nobody gets is in its lock-delay, of whose end no index tells.
      if ((entries[0]?.Session ?? '') === '') await this.#waits.lockDelay(signal);
      else index = seen;
    }
  }

  lost(sessionId: string, signal: AbortSignal): Promise<void> {
    return this.#waits.untilLost(signal, async (index) => {
      const {entries, index: seen} = await readKv(this.#client, this.#key, {consistent: true, index, signal});
      return {isHeld: entries[0]?.Session === sessionId, index: seen};
    });
  }

  async release(sessionId: string): Promise<void> {
    await this.#put('release', sessionId);
  }

  async clean(): Promise<boolean> {
    const entry = (await readKv(this.#client, this.#key, {})).entries[0];
    if (entry === undefined) return true;
    if ((entry.Session ?? '') !== '') return false;
    return this.#client.json<boolean>('DELETE', `/v1/kv/${keyPath(this.#key)}`, {query: {cas: String(entry.ModifyIndex)}});
  }

  #put(how: 'acquire' | 'release', sessionId: string): Promise<boolean> {
    return this.#client.json<boolean>('PUT', `/v1/kv/${keyPath(this.#key)}`, {query: {[how]: sessionId, flags: LOCK_FLAGS}});
  }
}
