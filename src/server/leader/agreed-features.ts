import {SystemMetadataEntry, SystemMetadataRequest, systemMetadata} from '../../config-entry/system-metadata.ts';
import {type Proposer} from '../../fsm/proposer.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Store} from '../../store/store.ts';
import {type FeatureAgreement} from '../feature-proposer.ts';
import {featureCheckIntervalMs} from '../limits.ts';
import {type Member, type Membership} from '../membership.ts';
import {buildVersion, isAtLeast, type ServerVersion} from '../server-version.ts';
import {usesVirtualAddresses} from './feature-use.ts';
import {type LeaderDuty} from './leader-duty.ts';

interface Feature {
  readonly key: string;
  /** What a server must be to follow its log entries: of this version, at least. */
  readonly since: ServerVersion;
}

const features: readonly Feature[] = [
  {key: 'virtual-ips', since: [1, 11, 0]},
  {key: 'virtual-ips-term-gateway', since: [1, 11, 2]},
];

export interface AgreedFeaturesOptions {
  readonly datacenter: string;
  readonly membership: Membership;
  readonly store: Store;
  readonly proposer: Proposer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes down that all agents of the datacenter are new enough for a feature (rpc-raft.md §16): from then on applying a
 * registration may do more than an old server would know of. Consul does so as soon as its servers are. Here it is done
 * before the first thing that has use for it, and only while no agent is old, clients counted too: an old server can read
 * neither a log nor a snapshot that has such an entry, and whoever has no use for the feature may still turn back.
 */
export class AgreedFeatures implements LeaderDuty, FeatureAgreement {
  readonly #options: AgreedFeaturesOptions;
  #timer: Timer | undefined;
  #epoch = 0;
  /** While it is being written down. */
  #agreeing: Promise<void> | undefined;

  constructor(options: AgreedFeaturesOptions) {
    this.#options = options;
  }

  gained(): void {
    this.#check(++this.#epoch);
  }

  lost(): void {
    this.#epoch++;
    this.#timer?.cancel();
  }

  replaced(): void {
    this.#timer?.cancel();
    this.#check(this.#epoch);
  }

  async agree(): Promise<void> {
    this.#agreeing ??= this.#write(this.#missing().filter(({since}) => this.#agents().every((agent) => isNewEnough(agent, since)))).finally(() => {
      this.#agreeing = undefined;
    });
    await this.#agreeing;
  }

  /** What has use for a feature may have come from another leader, or be older than the newest agent. */
  #check(epoch: number): void {
    const {clock, logger, store} = this.#options;
    if (this.#missing().length === 0) return;
    if (usesVirtualAddresses(store.view())) this.agree().catch((error: unknown) => logger.error('failed to write system metadata', {error}));
    this.#timer = clock.setTimer(featureCheckIntervalMs, () => {
      if (epoch === this.#epoch) this.#check(epoch);
    });
  }

  #missing(): readonly Feature[] {
    const view = this.#options.store.view();
    return features.filter(({key}) => systemMetadata(view, key) === undefined);
  }

  async #write(agreed: readonly Feature[]): Promise<void> {
    const {proposer, datacenter} = this.#options;
    for (const {key: Key} of agreed) {
      const Entry = SystemMetadataEntry.make({Key, Value: 'true'});
      await proposer.propose(31, SystemMetadataRequest, SystemMetadataRequest.make({Datacenter: datacenter, Op: 'upsert', Entry}));
    }
  }

  #agents(): readonly Member[] {
    const {membership, datacenter} = this.#options;
    return membership.members().filter(({tags, status}) => (tags['role'] === 'consul' || tags['role'] === 'node') && tags['dc'] === datacenter && status !== 'left');
  }
}

function isNewEnough({tags}: Member, since: ServerVersion): boolean {
  const version = buildVersion(tags['build']);
  return version !== undefined && isAtLeast(version, since);
}
