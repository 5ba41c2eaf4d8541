import {type Proposer} from '../../fsm/proposer.ts';
import {autopilotConfig} from '../../operator/autopilot-config.ts';
import {type AutopilotConfig, AutopilotSetConfigRequest} from '../../operator/schema.ts';
import {suffrage} from '../../raft/configuration.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {type Store} from '../../store/store.ts';
import {autopilotReconcileMs} from '../limits.ts';
import {type Membership} from '../membership.ts';
import {type ServerHealth} from '../server-health.ts';
import {type ServerMember, serversOfDatacenter} from '../server-member.ts';
import {deadServers} from './dead-servers.ts';
import {type LeaderDuty} from './leader-duty.ts';
import {type RaftMembership} from './raft-members.ts';

export interface AutopilotOptions {
  readonly datacenter: string;
  readonly ownId: string;
  readonly raft: RaftMembership;
  readonly health: Pick<ServerHealth, 'of'>;
  readonly membership: Membership;
  readonly store: Store;
  readonly proposer: Proposer;
  /** What holds where the log says nothing yet; it is written there by the first leader. */
  readonly initial: AutopilotConfig;
  /** Declares a failed member gone; its servers leave Raft when the pool says so. */
  readonly forceLeave: (name: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A leader's care for its servers: it gives the vote to newcomers that are stable, and takes dead servers out (rpc-raft.md §14). */
export class Autopilot implements LeaderDuty {
  readonly #o: AutopilotOptions;
  #timer: Timer | undefined;
  #epoch = 0;
  #sinceMs = 0;

  constructor(options: AutopilotOptions) {
    this.#o = options;
  }

  gained(): void {
    this.#sinceMs = this.#o.clock.nowMs();
    const epoch = ++this.#epoch;
    void this.#writeInitial();
    this.#arm(epoch);
  }

  lost(): void {
    this.#epoch++;
    this.#timer?.cancel();
  }

  #arm(epoch: number): void {
    this.#timer = this.#o.clock.setTimer(autopilotReconcileMs, () => void this.#round(epoch));
  }

  async #writeInitial(): Promise<void> {
    const {store, proposer, datacenter, initial, logger} = this.#o;
    if (autopilotConfig(store.view()) !== undefined) return;
    try {
      await proposer.propose(9, AutopilotSetConfigRequest, AutopilotSetConfigRequest.make({Datacenter: datacenter, Config: initial}));
    } catch (error) {
      logger.error('failed to initialize autopilot configuration', {error});
    }
  }

  async #round(epoch: number): Promise<void> {
    try {
      await this.#promote();
      if (epoch === this.#epoch && this.#config().CleanupDeadServers) await this.#cleanUp();
    } catch (error) {
      this.#o.logger.warn('autopilot could not finish a round', {error});
    }
    if (epoch === this.#epoch) this.#arm(epoch);
  }

  async #promote(): Promise<void> {
    const {raft, logger} = this.#o;
    const known = this.#known();
    for (const {id, address, suffrage: vote} of raft.configuration.servers) {
      if (vote === suffrage.voter || known.get(id)?.isNonVoter !== false || !this.#isStable(id)) continue;
      logger.info('promoting server', {id, address});
      await raft.changeMembership({op: 'add-voter', id, address});
    }
  }

  #isStable(id: string): boolean {
    const {clock, health} = this.#o;
    const state = health.of(id);
    if (state?.isHealthy !== true) return false;
    const neededMs = this.#config().ServerStabilizationTime / NANOS_PER_MILLISECOND;
    // A cluster that is just coming up has nothing to be patient about.
    return clock.nowMs() - this.#sinceMs < neededMs || clock.nowMs() - state.stableSinceNowMs >= neededMs;
  }

  async #cleanUp(): Promise<void> {
    const {raft, forceLeave, logger, ownId} = this.#o;
    const dead = deadServers(raft.configuration.servers, this.#known(), this.#config().MinQuorum);
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
    return autopilotConfig(this.#o.store.view()) ?? this.#o.initial;
  }

  #known(): ReadonlyMap<string, ServerMember> {
    return serversOfDatacenter(this.#o.membership.members(), this.#o.datacenter);
  }
}
