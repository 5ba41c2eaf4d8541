import {autopilotConfig} from '../../operator/autopilot-config.ts';
import {type AutopilotConfig, autopilotDefaults, AutopilotSetConfigRequest} from '../../operator/schema.ts';
import {type RaftStats} from '../../operator/status-methods.ts';
import {type Proposer} from '../../fsm/proposer.ts';
import {type RaftServer, suffrage} from '../../raft/configuration.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {NANOS_PER_MILLISECOND, tryGoDuration} from '../../schema/go-duration.ts';
import {type Store} from '../../store/store.ts';
import {autopilotReconcileEvery, autopilotUpdateMs} from '../limits.ts';
import {type Membership} from '../membership.ts';
import {type ServerMember, serverMember} from '../server-member.ts';
import {deadServers} from './dead-servers.ts';
import {type LeaderDuty} from './leader-duty.ts';
import {type RaftMembership} from './raft-members.ts';

/** What autopilot knows of one server's health. */
export interface ServerHealthState {
  readonly isHealthy: boolean;
  readonly stableSinceMs: number;
  readonly lastContactNs: number;
  readonly lastTerm: number;
  readonly lastIndex: number;
}

export interface AutopilotOptions {
  readonly datacenter: string;
  readonly ownId: string;
  readonly raft: RaftMembership & {readonly lastIndex: number; readonly lastTerm: number};
  readonly membership: Membership;
  readonly store: Store;
  readonly proposer: Proposer;
  /** What the configuration file says, for a cluster that has none of its own yet. */
  readonly initial: Partial<AutopilotConfig>;
  /** Asks a server how far its Raft is. */
  readonly statsOf: (server: ServerMember) => Promise<RaftStats>;
  /** Declares a failed member gone; its servers leave Raft when the pool says so. */
  readonly forceLeave: (name: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A leader's care for its servers: it gives the vote to newcomers that are stable, and takes dead servers out (rpc-raft.md §14). */
export class Autopilot implements LeaderDuty {
  readonly #o: AutopilotOptions;
  readonly #health = new Map<string, ServerHealthState>();
  #timer: Timer | undefined;
  #epoch = 0;
  #sinceMs = 0;

  constructor(options: AutopilotOptions) {
    this.#o = options;
  }

  /** Undefined for a server that was not looked at yet. */
  healthOf(id: string): ServerHealthState | undefined {
    return this.#health.get(id);
  }

  gained(): void {
    this.#health.clear();
    this.#sinceMs = this.#o.clock.nowMs();
    const epoch = ++this.#epoch;
    void this.#begin(epoch);
  }

  lost(): void {
    this.#epoch++;
    this.#timer?.cancel();
    this.#health.clear();
  }

  async #begin(epoch: number): Promise<void> {
    const {store, proposer, datacenter, initial, logger} = this.#o;
    try {
      if (autopilotConfig(store.view()) === undefined) {
        const Config = {...autopilotDefaults, ...initial};
        await proposer.propose(9, AutopilotSetConfigRequest, AutopilotSetConfigRequest.make({Datacenter: datacenter, Config}));
      }
    } catch (error) {
      logger.error('failed to initialize autopilot configuration', {error});
    }
    await this.#round(epoch, 0);
  }

  async #round(epoch: number, count: number): Promise<void> {
    const {clock, logger} = this.#o;
    if (epoch !== this.#epoch) return;
    try {
      await this.#update();
      if (epoch === this.#epoch && count % autopilotReconcileEvery === autopilotReconcileEvery - 1) await this.#reconcile();
    } catch (error) {
      logger.warn('autopilot could not finish a round', {error});
    }
    if (epoch !== this.#epoch) return;
    this.#timer = clock.setTimer(autopilotUpdateMs, () => void this.#round(epoch, count + 1));
  }

  /** Asks every server at once; one that does not answer is unhealthy. */
  async #update(): Promise<void> {
    const known = this.#servers();
    await Promise.all(this.#o.raft.configuration.servers.map((server) => this.#look(server, known.get(server.id))));
    const ids = new Set(this.#o.raft.configuration.servers.map(({id}) => id));
    for (const id of this.#health.keys()) if (!ids.has(id)) this.#health.delete(id);
  }

  async #look({id}: RaftServer, member: ServerMember | undefined): Promise<void> {
    const {raft, ownId, clock} = this.#o;
    const stats = id === ownId ? {LastContact: '0', LastTerm: raft.lastTerm, LastIndex: raft.lastIndex} : await this.#ask(member);
    const before = this.#health.get(id);
    const contactNs = stats?.LastContact === '0' ? 0 : tryGoDuration(stats?.LastContact ?? '');
    const lastContactNs = typeof contactNs === 'number' ? contactNs : Number.MAX_SAFE_INTEGER;
    const isHealthy = stats !== undefined && member?.status === 'alive' && this.#keepsUp(stats, lastContactNs);
    this.#health.set(id, {
      isHealthy,
      stableSinceMs: before?.isHealthy === isHealthy ? before.stableSinceMs : clock.wallMs(),
      lastContactNs: stats === undefined ? 0 : lastContactNs,
      lastTerm: stats?.LastTerm ?? 0,
      lastIndex: stats?.LastIndex ?? 0,
    });
  }

  #keepsUp({LastTerm, LastIndex}: RaftStats, lastContactNs: number): boolean {
    const {raft} = this.#o;
    const {LastContactThreshold, MaxTrailingLogs} = this.#config();
    return lastContactNs <= LastContactThreshold && LastTerm === raft.lastTerm && LastIndex + MaxTrailingLogs >= raft.lastIndex;
  }

  async #ask(member: ServerMember | undefined): Promise<RaftStats | undefined> {
    if (member === undefined || member.status !== 'alive') return undefined;
    try {
      return await this.#o.statsOf(member);
    } catch (error) {
      this.#o.logger.debug('could not ask a server for its state', {server: member.name, error});
      return undefined;
    }
  }

  async #reconcile(): Promise<void> {
    const {raft} = this.#o;
    const known = this.#servers();
    for (const server of raft.configuration.servers) {
      if (server.suffrage === suffrage.voter || known.get(server.id)?.isNonVoter !== false || !this.#isStable(server.id)) continue;
      this.#o.logger.info('promoting server', {id: server.id, address: server.address});
      await raft.changeMembership({op: 'add-voter', id: server.id, address: server.address});
    }
    if (this.#config().CleanupDeadServers) await this.#cleanUp(known);
  }

  #isStable(id: string): boolean {
    const {clock} = this.#o;
    const health = this.#health.get(id);
    if (health?.isHealthy !== true) return false;
    const neededMs = this.#config().ServerStabilizationTime / NANOS_PER_MILLISECOND;
    // A cluster that is just coming up has nothing to be patient about.
    return clock.nowMs() - this.#sinceMs < neededMs || clock.wallMs() - health.stableSinceMs >= neededMs;
  }

  async #cleanUp(known: ReadonlyMap<string, ServerMember>): Promise<void> {
    const {raft, forceLeave, logger, ownId} = this.#o;
    const dead = deadServers(raft.configuration.servers, known, this.#config().MinQuorum);
    for (const id of dead.unknown.filter((id) => id !== ownId)) {
      logger.info('removing server that no pool knows', {id});
      await raft.changeMembership({op: 'remove-server', id});
    }
    for (const {name} of dead.failed) {
      logger.info('Attempting removal of failed server node', {server: name});
      await forceLeave(name);
    }
  }

  #config(): AutopilotConfig {
    return autopilotConfig(this.#o.store.view()) ?? {...autopilotDefaults, ...this.#o.initial};
  }

  #servers(): ReadonlyMap<string, ServerMember> {
    const {membership, datacenter} = this.#o;
    const servers = membership.members().flatMap((member) => serverMember(member) ?? []);
    return new Map(servers.filter((server) => server.datacenter === datacenter && server.status !== 'left').map((server) => [server.id, server]));
  }
}
