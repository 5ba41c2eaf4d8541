import {type Configuration, suffrage} from '../raft/configuration.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {pause} from '../runtime/pause.ts';
import {bootstrapAskAttempts, bootstrapAskRetryMs} from './limits.ts';
import {type Membership} from './membership.ts';
import {type ServerMember, serverMembers} from './server-member.ts';

export interface BootstrapExpectOptions {
  readonly datacenter: string;
  readonly ownId: string;
  /** How many servers make a cluster together. */
  readonly expect: number;
  readonly membership: Membership;
  readonly raft: {readonly lastIndex: number; readonly configurationIndex: number; bootstrap(configuration: Configuration): Promise<unknown>};
  /** Asks a server which servers its Raft knows; none: it is as new as we are. */
  readonly peersOf: (server: ServerMember) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Waits until as many servers as expected are in the pool; then each of them makes the same first configuration by itself
 * (rpc-raft.md §14). A cluster that exists already is waited for instead: its leader adds us.
 */
export class BootstrapExpect {
  readonly #o: BootstrapExpectOptions;
  readonly #stop = new AbortController();
  #unsubscribe: (() => void) | undefined;
  #isScanning = false;
  #mustScanAgain = false;

  constructor(options: BootstrapExpectOptions) {
    this.#o = options;
  }

  start(): void {
    if (this.#hasState()) return;
    this.#unsubscribe = this.#o.membership.onEvent(({type}) => {
      if (type === 'member-join' || type === 'member-update') void this.#scan();
    });
    void this.#scan();
  }

  /** It is decided, or the server ends: nobody is asked any more. */
  stop(): void {
    this.#stop.abort();
    this.#unsubscribe?.();
  }

  /** One scan at a time; members that come meanwhile are looked at again. */
  async #scan(): Promise<void> {
    if (this.#isScanning) {
      this.#mustScanAgain = true;
      return;
    }
    this.#isScanning = true;
    try {
      do {
        this.#mustScanAgain = false;
        await this.#tryBootstrap();
      } while (this.#mustScanAgain && !this.#stop.signal.aborted);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#o.logger.error('Failed to bootstrap cluster', {error});
    } finally {
      this.#isScanning = false;
    }
  }

  async #tryBootstrap(): Promise<void> {
    const {raft, expect, logger} = this.#o;
    if (this.#hasState()) {
      this.stop();
      return;
    }
    const servers = this.#servers();
    const odd = servers.find((server) => server.isBootstrap || (server.expect !== 0 && server.expect !== expect));
    if (odd !== undefined) {
      const why = odd.isBootstrap ? 'Member has bootstrap mode. Expect disabled.' : 'Member has a conflicting expect value. All nodes should expect the same number.';
      logger.error(why, {member: odd.name});
      return;
    }
    if (servers.filter(({isReadReplica}) => !isReadReplica).length < expect) return;
    if (await this.#clusterExists(servers)) {
      logger.info('Existing Raft peers reported by server, disabling bootstrap mode');
      this.stop();
      return;
    }
    if (this.#stop.signal.aborted || this.#hasState()) return;
    logger.info('Found expected number of peers, attempting bootstrap', {peers: servers.map(({rpcAddress}) => rpcAddress).join(',')});
    const members = servers.map(({id, rpcAddress, isReadReplica}) => ({
      id,
      address: rpcAddress,
      suffrage: isReadReplica ? suffrage.nonvoter : suffrage.voter,
    }));
    await raft.bootstrap({servers: members});
    this.stop();
  }

  /** Every server is asked, and each must answer: one that cannot be asked may belong to a cluster. */
  async #clusterExists(servers: readonly ServerMember[]): Promise<boolean> {
    for (const server of servers) {
      if (server.id !== this.#o.ownId && (await this.#peersOf(server)).length > 0) return true;
    }
    return false;
  }

  async #peersOf(server: ServerMember): Promise<readonly string[]> {
    const {peersOf, clock, logger} = this.#o;
    for (let attempt = 1; ; attempt++) {
      try {
        return await peersOf(server);
      } catch (error) {
        if (attempt === bootstrapAskAttempts) throw error;
        const retryMs = bootstrapAskRetryMs * 2 ** (attempt - 1);
        logger.error('Failed to confirm peer status for server. Retrying', {server: server.name, retry: `${retryMs / 1000}s`, error});
        await pause(clock, retryMs, this.#stop.signal);
        this.#stop.signal.throwIfAborted();
      }
    }
  }

  #servers(): readonly ServerMember[] {
    const {membership, datacenter} = this.#o;
    return serverMembers(membership.members()).filter((server) => server.datacenter === datacenter && server.status === 'alive');
  }

  #hasState(): boolean {
    return this.#o.raft.lastIndex > 0 || this.#o.raft.configurationIndex > 0;
  }
}
