import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type Random} from '../runtime/random.ts';
import {rebalanceBaseMs, rebalanceClusterShareMs, rebalanceSpreadMs} from './limits.ts';
import {type KnownServer} from './server-directory.ts';

export interface ServerListOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether a server answers a ping (`Status.Ping`). */
  readonly ping: (server: KnownServer) => Promise<boolean>;
  /** Agents in the pool: the larger it is, the less often its agents change their server. */
  readonly nodeCount: () => number;
}

/**
 * The servers that a client agent knows, in the order in which it would use them: the first gets all calls until it
 * fails, or until the list is shuffled to keep the load of all clients even (rpc-raft.md §6).
 */
export class ServerList {
  readonly #options: ServerListOptions;
  #servers: readonly KnownServer[] = [];
  #timer: Timer | undefined;
  #isRebalancing = false;

  constructor(options: ServerListOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#servers.length;
  }

  /** In order of use. */
  get servers(): readonly KnownServer[] {
    return this.#servers;
  }

  /** The server to call. */
  get current(): KnownServer | undefined {
    return this.#servers[0];
  }

  /** A server joined, or moved. It takes a random place, so that not all clients wait for the same ones. */
  add(server: KnownServer): void {
    const known = this.#servers.findIndex(({id}) => id === server.id);
    if (known >= 0) {
      this.#servers = this.#servers.with(known, server);
      return;
    }
    this.#servers = this.#servers.toSpliced(this.#options.random.below(this.#servers.length + 1), 0, server);
  }

  /** A server left or failed. */
  remove(id: string): void {
    this.#servers = this.#servers.filter((server) => server.id !== id);
  }

  /** A call to this server failed: if it is the one in use, the next takes its place. */
  failed({id}: KnownServer): void {
    const [first, ...rest] = this.#servers;
    if (first !== undefined && first.id === id) this.#servers = [...rest, first];
  }

  /** Shuffles from time to time, until `stop`. */
  start(): void {
    this.#timer ??= this.#options.clock.setTimer(this.#nextRebalanceMs(), () => {
      this.#timer = undefined;
      this.start();
      void this.rebalance();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Puts the servers into a random order whose first answers a ping; if none does, the order stays. */
  async rebalance(): Promise<void> {
    if (this.#isRebalancing || this.#servers.length < 2) return;
    this.#isRebalancing = true;
    try {
      const order = this.#shuffled();
      for (const candidate of order) {
        if (!(await this.#options.ping(candidate))) continue;
        this.#use(order, candidate);
        return;
      }
      this.#options.logger.debug('No healthy servers during rebalance, aborting');
    } finally {
      this.#isRebalancing = false;
    }
  }

  /** The list may have changed while servers were pinged: what is new since then comes last, what is gone stays gone. */
  #use(order: readonly KnownServer[], first: KnownServer): void {
    const wanted = [first, ...order.filter((server) => server !== first)].map(({id}) => id);
    const rank = (server: KnownServer): number => {
      const at = wanted.indexOf(server.id);
      return at < 0 ? wanted.length : at;
    };
    this.#servers = this.#servers.toSorted((a, b) => rank(a) - rank(b));
    this.#options.logger.debug('Rebalanced servers, new active server', {'number-of-servers': this.size, 'active-server': this.current?.name ?? ''});
  }

  #shuffled(): KnownServer[] {
    const order = [...this.#servers];
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.#options.random.below(at + 1);
      [order[at], order[other]] = [order[other] as KnownServer, order[at] as KnownServer];
    }
    return order;
  }

  #nextRebalanceMs(): number {
    const spreadMs = rebalanceBaseMs + this.#options.random.float() * rebalanceSpreadMs;
    return Math.max(spreadMs, (this.#options.nodeCount() / Math.max(1, this.size)) * rebalanceClusterShareMs);
  }
}
