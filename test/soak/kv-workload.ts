import {setTimeout as pause} from 'node:timers/promises';
import {type Random} from '../../src/runtime/random.ts';
import {type Operation} from './linearizability.ts';
import {type SoakReply} from './soak-client.ts';
import {type SoakServer} from './soak-cluster.ts';

/** Keys live this long; then others are used, so that no history grows too long to be checked. */
const epochMs = 8000;
const keysPerEpoch = 6;
/** What a read that found a key says. */
interface Found {
  readonly value: string;
  readonly index: number;
}

/**
 * Clients that read, write, swap and delete a few keys through any server, each one operation at a time, and write down
 * what they saw. Beside that each writes keys of its own once: those that were acknowledged must be there at the end.
 */
export class KvWorkload {
  readonly histories = new Map<string, Operation[]>();
  readonly acknowledged = new Set<string>();
  readonly #servers: readonly SoakServer[];
  readonly #random: Random;
  readonly #fromMs = performance.now();
  #values = 0;
  #stopping = false;
  #lastWriteMs = performance.now();
  readonly #clients: Promise<void>[] = [];
  operations = 0;
  /** Operations whose answer never came, or did not say what happened. */
  unknown = 0;
  longestWithoutWriteMs = 0;

  constructor(servers: readonly SoakServer[], random: Random) {
    this.#servers = servers;
    this.#random = random;
  }

  start(clients: number): void {
    for (let n = 0; n < clients; n++) this.#clients.push(this.#client(n));
  }

  /** Resolves when every client has had its last answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#clients);
  }

  async #client(n: number): Promise<void> {
    for (let at = 0; !this.#stopping; at++) {
      const server = this.#servers[this.#random.below(this.#servers.length)];
      if (server === undefined) return;
      // A server that is down refuses at once: the client does not spin on it.
      if (!server.isRunning) await pause(5);
      else if (at % 4 === 0) await this.#writeOnce(server, `once/${n}/${at}`);
      else await this.#operate(server);
    }
  }

  async #writeOnce(server: SoakServer, key: string): Promise<void> {
    const reply = await this.#answer(server, 'PUT', `/v1/kv/${key}`, key);
    if (reply?.status !== 200 || reply.text !== 'true') return;
    this.acknowledged.add(key);
    this.#wrote();
  }

  #wrote(): void {
    const nowMs = performance.now();
    this.longestWithoutWriteMs = Math.max(this.longestWithoutWriteMs, nowMs - this.#lastWriteMs);
    this.#lastWriteMs = nowMs;
  }

  async #operate(server: SoakServer): Promise<void> {
    const epoch = Math.floor((performance.now() - this.#fromMs) / epochMs);
    const key = `shared/${epoch}/${this.#random.below(keysPerEpoch)}`;
    const chance = this.#random.float();
    if (chance < 0.45) await this.#read(server, key);
    else if (chance < 0.7) await this.#write(server, key, 'set');
    else if (chance < 0.95) await this.#swap(server, key);
    else await this.#write(server, key, 'delete');
  }

  /** Default and consistent reads alike must be linearizable as long as nothing but processes fails. */
  async #read(server: SoakServer, key: string): Promise<Found | undefined | 'unknown'> {
    const mode = this.#random.float() < 0.5 ? '' : '?consistent';
    const invokedMs = performance.now();
    const reply = await this.#answer(server, 'GET', `/v1/kv/${key}${mode}`);
    const returnedMs = performance.now();
    if (reply === undefined || (reply.status !== 200 && reply.status !== 404)) return 'unknown';
    const found = reply.status === 404 ? undefined : foundIn(reply.text);
    this.#record(key, {kind: 'get', value: found?.value, invokedMs, returnedMs});
    return found;
  }

  async #write(server: SoakServer, key: string, kind: 'set' | 'delete'): Promise<void> {
    const value = kind === 'set' ? this.#newValue() : undefined;
    const invokedMs = performance.now();
    const reply = await this.#answer(server, kind === 'set' ? 'PUT' : 'DELETE', `/v1/kv/${key}`, value);
    if (neverBegun(reply)) return;
    const known = reply?.status === 200 && reply.text === 'true';
    if (known) this.#wrote();
    this.#record(key, {kind, value, invokedMs, returnedMs: this.#returned(known)});
  }

  /** Reads, then swaps by the ModifyIndex that was read. */
  async #swap(server: SoakServer, key: string): Promise<void> {
    const found = await this.#read(server, key);
    if (found === 'unknown') return;
    const value = this.#newValue();
    const invokedMs = performance.now();
    const reply = await this.#answer(server, 'PUT', `/v1/kv/${key}?cas=${found?.index ?? 0}`, value);
    if (neverBegun(reply)) return;
    const known = reply?.status === 200;
    const swapped = known ? reply.text === 'true' : undefined;
    if (swapped === true) this.#wrote();
    this.#record(key, {kind: 'cas', expected: found?.value, value, swapped, invokedMs, returnedMs: this.#returned(known)});
  }

  #newValue(): string {
    return `v${++this.#values}`;
  }

  #returned(known: boolean): number {
    if (!known) this.unknown++;
    return known ? performance.now() : Infinity;
  }

  #record(key: string, operation: Operation): void {
    this.operations++;
    const history = this.histories.get(key);
    if (history === undefined) this.histories.set(key, [operation]);
    else history.push(operation);
  }

  async #answer(server: SoakServer, method: string, path: string, body?: string): Promise<SoakReply | undefined> {
    try {
      return await server.client.call(method, path, body);
    } catch {
      // The server went away under the request: what became of it is not known, which is what the histories are about.
      return undefined;
    }
  }
}

function foundIn(text: string): Found {
  const [entry] = JSON.parse(text) as {Value: string; ModifyIndex: number}[];
  if (entry === undefined) throw new Error(`a read found nothing in ${text}`);
  return {value: Buffer.from(entry.Value, 'base64').toString(), index: entry.ModifyIndex};
}

/** An answer that says that nobody took the write: nothing has happened. */
function neverBegun(reply: SoakReply | undefined): boolean {
  return reply !== undefined && reply.status === 500 && /^(rpc error making call: )*No cluster leader$/.test(reply.text.trim());
}
