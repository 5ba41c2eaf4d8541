import {type RaftStats} from '../operator/status-methods.ts';
import {type AutopilotConfig} from '../operator/schema.ts';
import {type RaftServer} from '../raft/configuration.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {tryGoDuration} from '../schema/go-duration.ts';
import {autopilotUpdateMs} from './limits.ts';
import {type Membership} from './membership.ts';
import {type ServerMember, serversOfDatacenter} from './server-member.ts';

/** What is known of one server's health. */
export interface ServerHealthState {
  readonly isHealthy: boolean;
  /** Since when it is healthy, by the wall clock and by the monotonic one; or since when it is known. */
  readonly stableSinceMs: number;
  readonly stableSinceNowMs: number;
  readonly lastContactNs: number;
  readonly lastTerm: number;
  readonly lastIndex: number;
}

export interface ServerHealthOptions {
  readonly datacenter: string;
  readonly ownId: string;
  readonly raft: {readonly configuration: {readonly servers: readonly RaftServer[]}; readonly lastIndex: number; readonly lastTerm: number};
  readonly membership: Membership;
  /** When a server counts as healthy. */
  readonly config: () => Pick<AutopilotConfig, 'LastContactThreshold' | 'MaxTrailingLogs'>;
  readonly ownStats: () => RaftStats;
  /** Asks a server how far its Raft is. */
  readonly statsOf: (server: ServerMember) => Promise<RaftStats>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Looks after the health of Raft's servers (rpc-raft.md §14). Every server does, leading or not: a new leader then knows
 * who has been stable for how long. A server that does not answer is judged by what it said last, until gossip gives it up.
 */
export class ServerHealth {
  readonly #o: ServerHealthOptions;
  readonly #states = new Map<string, ServerHealthState>();
  #timer: Timer | undefined;
  #isRunning = false;

  constructor(options: ServerHealthOptions) {
    this.#o = options;
  }

  /** Undefined for a server that was not looked at yet. */
  of(id: string): ServerHealthState | undefined {
    return this.#states.get(id);
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#round();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
  }

  async #round(): Promise<void> {
    await this.update();
    if (this.#isRunning) this.#timer = this.#o.clock.setTimer(autopilotUpdateMs, () => void this.#round());
  }

  /** Asks every server at once. */
  async update(): Promise<void> {
    const {raft, membership, datacenter} = this.#o;
    const known = serversOfDatacenter(membership.members(), datacenter);
    const answers = await Promise.all(raft.configuration.servers.map(async ({id}) => [id, await this.#statsOf(id, known.get(id))] as const));
    const ids = new Set(raft.configuration.servers.map(({id}) => id));
    for (const [id, stats] of answers) if (ids.has(id)) this.#judge(id, stats, known.get(id));
    for (const id of this.#states.keys()) if (!ids.has(id)) this.#states.delete(id);
  }

  #judge(id: string, stats: RaftStats | undefined, member: ServerMember | undefined): void {
    const {clock} = this.#o;
    const before = this.#states.get(id);
    const latest = stats === undefined ? before : readStats(stats);
    const isHealthy = latest !== undefined && member?.status === 'alive' && this.#keepsUp(latest);
    const isStill = before !== undefined && (before.isHealthy || !isHealthy);
    this.#states.set(id, {
      isHealthy,
      stableSinceMs: isStill ? before.stableSinceMs : clock.wallMs(),
      stableSinceNowMs: isStill ? before.stableSinceNowMs : clock.nowMs(),
      lastContactNs: latest?.lastContactNs ?? 0,
      lastTerm: latest?.lastTerm ?? 0,
      lastIndex: latest?.lastIndex ?? 0,
    });
  }

  #keepsUp({lastContactNs, lastTerm, lastIndex}: Contact): boolean {
    const {raft, config} = this.#o;
    const {LastContactThreshold, MaxTrailingLogs} = config();
    return lastContactNs <= LastContactThreshold && lastTerm === raft.lastTerm && lastIndex + MaxTrailingLogs >= raft.lastIndex;
  }

  async #statsOf(id: string, member: ServerMember | undefined): Promise<RaftStats | undefined> {
    const {ownId, ownStats, statsOf, logger} = this.#o;
    if (id === ownId) return ownStats();
    if (member === undefined || member.status !== 'alive') return undefined;
    try {
      return await statsOf(member);
    } catch (error) {
      logger.debug('could not ask a server for its state', {server: member.name, error});
      return undefined;
    }
  }
}

type Contact = Pick<ServerHealthState, 'lastContactNs' | 'lastTerm' | 'lastIndex'>;

/** Whoever never heard of a leader is out of touch, however long one may be. */
function readStats({LastContact, LastTerm, LastIndex}: RaftStats): Contact {
  const contactNs = LastContact === '0' ? 0 : tryGoDuration(LastContact);
  return {lastContactNs: typeof contactNs === 'number' ? contactNs : Number.MAX_SAFE_INTEGER, lastTerm: LastTerm, lastIndex: LastIndex};
}
