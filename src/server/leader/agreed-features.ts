import {SystemMetadataEntry, SystemMetadataRequest, systemMetadata} from '../../config-entry/system-metadata.ts';
import {type Proposer} from '../../fsm/proposer.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Store} from '../../store/store.ts';
import {featureCheckIntervalMs} from '../limits.ts';
import {type Member, type Membership} from '../membership.ts';
import {type LeaderDuty} from './leader-duty.ts';

/** What a server must be to follow a feature's log entries: of this version, at least. */
const features: readonly {readonly key: string; readonly since: readonly [number, number, number]}[] = [
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
 * Writes down that all agents of the datacenter are new enough for a feature, once they are (rpc-raft.md §16): from then
 * on applying a registration may do more than an old server would know of. Consul asks its servers only; but where
 * clients are old, somebody is on the way between the versions and may turn back, and an old server can read neither a
 * log nor a snapshot that has such an entry.
 */
export class AgreedFeatures implements LeaderDuty {
  readonly #options: AgreedFeaturesOptions;
  #timer: Timer | undefined;
  #epoch = 0;

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

  #check(epoch: number): void {
    const {clock, logger} = this.#options;
    const missing = features.filter(({key}) => systemMetadata(this.#options.store.view(), key) === undefined);
    if (missing.length === 0) return;
    const agreed = missing.filter(({since}) => this.#agents().every((agent) => isAtLeast(agent, since)));
    this.#write(agreed.map(({key}) => key)).catch((error: unknown) => logger.error('failed to write system metadata', {error}));
    this.#timer = clock.setTimer(featureCheckIntervalMs, () => {
      if (epoch === this.#epoch) this.#check(epoch);
    });
  }

  async #write(keys: readonly string[]): Promise<void> {
    const {proposer, datacenter} = this.#options;
    for (const Key of keys) {
      const Entry = SystemMetadataEntry.make({Key, Value: 'true'});
      await proposer.propose(31, SystemMetadataRequest, SystemMetadataRequest.make({Datacenter: datacenter, Op: 'upsert', Entry}));
    }
  }

  #agents(): readonly Member[] {
    const {membership, datacenter} = this.#options;
    return membership.members().filter(({tags, status}) => (tags['role'] === 'consul' || tags['role'] === 'node') && tags['dc'] === datacenter && status !== 'left');
  }
}

function isAtLeast({tags}: Member, since: readonly [number, number, number]): boolean {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(tags['build'] ?? '');
  if (found === null) return false;
  const version = found.slice(1).map(Number);
  const differing = since.findIndex((part, at) => part !== version[at]);
  return differing < 0 || (version[differing] ?? 0) > (since[differing] ?? 0);
}
