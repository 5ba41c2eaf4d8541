import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {autopilotConfig} from '../../../src/operator/autopilot-config.ts';
import {type AutopilotConfig, autopilotDefaults, AutopilotSetConfigRequest} from '../../../src/operator/schema.ts';
import {type ConfigurationChange, type RaftServer, suffrage} from '../../../src/raft/configuration.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {Autopilot} from '../../../src/server/leader/autopilot.ts';
import {type Member} from '../../../src/server/membership.ts';
import {type ServerHealthState} from '../../../src/server/server-health.ts';
import {ChangingPool, member} from '../changing-pool.ts';
import {Replica} from '../replica.ts';

const roundMs = 10_000;

function server(name: string, vote: RaftServer['suffrage'] = suffrage.voter): RaftServer {
  return {id: `id-${name}`, address: `10.0.0.1:${name}`, suffrage: vote};
}

/** A leader, `a`, among servers whose health the test decides. */
class Care {
  readonly clock = new SimulatedClock();
  readonly pool = new ChangingPool();
  readonly replica = new Replica();
  readonly done: string[] = [];
  readonly raft = {
    configuration: {servers: [] as readonly RaftServer[]},
    changeMembership: (change: ConfigurationChange): Promise<void> => {
      this.done.push(`${change.op} ${change.id}`);
      return Promise.resolve();
    },
  };
  readonly #health = new Map<string, ServerHealthState>();
  readonly autopilot: Autopilot;

  constructor(servers: readonly RaftServer[], members: readonly Member[], initial: Partial<AutopilotConfig> = {}) {
    this.raft.configuration = {servers};
    this.pool.become(...members);
    this.autopilot = new Autopilot({
      datacenter: 'dc1',
      ownId: 'id-a',
      raft: this.raft,
      health: {of: (id) => this.#health.get(id)},
      membership: this.pool,
      store: this.replica.store,
      proposer: this.replica,
      initial: {...autopilotDefaults, ...initial},
      forceLeave: (name) => {
        this.done.push(`force-leave ${name}`);
        return Promise.resolve();
      },
      clock: this.clock,
      logger: silentLogger,
    });
  }

  healthy(id: string, since = this.clock.nowMs()): void {
    this.#health.set(id, {isHealthy: true, stableSinceMs: 0, stableSinceNowMs: since, lastContactNs: 0, lastTerm: 1, lastIndex: 1});
  }

  ill(id: string): void {
    this.#health.set(id, {isHealthy: false, stableSinceMs: 0, stableSinceNowMs: 0, lastContactNs: 0, lastTerm: 1, lastIndex: 1});
  }

  async rounds(count: number): Promise<readonly string[]> {
    for (let round = 0; round < count; round++) {
      this.clock.advance(roundMs);
      await turn();
    }
    return this.done.splice(0);
  }
}

describe('the first leader', () => {
  it('writes down what its configuration file says, and no later one does', async () => {
    const care = new Care([server('a')], [member('a')], {MinQuorum: 3});
    care.autopilot.gained();
    await turn();
    expect(autopilotConfig(care.replica.store.view())).toMatchObject({MinQuorum: 3, CleanupDeadServers: true});
    care.autopilot.lost();
    care.autopilot.gained();
    await turn();
    expect(care.replica.index).toBe(1);
  });
});

describe('a newcomer', () => {
  const servers = [server('a'), server('b', suffrage.nonvoter)];
  const members = [member('a'), member('b')];

  it('gets its vote when it has been stable for long enough', async () => {
    const care = new Care(servers, members);
    care.autopilot.gained();
    await care.rounds(1);
    care.healthy('id-b', roundMs + 5000);
    expect(await care.rounds(1)).toEqual([]);
    expect(await care.rounds(1)).toEqual(['add-voter id-b']);
  });

  it('gets it at once in a cluster that has only just got its leader', async () => {
    const care = new Care(servers, members, {ServerStabilizationTime: 60e9});
    care.healthy('id-b');
    care.autopilot.gained();
    expect(await care.rounds(1)).toEqual(['add-voter id-b']);
  });

  it('gets none while it is ill, while nobody looked at it, or when gossip does not know it', async () => {
    const care = new Care([...servers, server('c', suffrage.nonvoter), server('d', suffrage.nonvoter)], [...members, member('c')], {CleanupDeadServers: false});
    care.ill('id-b');
    care.healthy('id-d');
    care.autopilot.gained();
    expect(await care.rounds(3)).toEqual([]);
  });

  it('that wants no vote gets none', async () => {
    const care = new Care(servers, [member('a'), {...member('b'), tags: {...member('b').tags, nonvoter: '1'}}]);
    care.healthy('id-b');
    care.autopilot.gained();
    expect(await care.rounds(3)).toEqual([]);
  });
});

describe('dead servers', () => {
  const three = [server('a'), server('b'), server('c')];
  const withDead = [member('a'), member('b'), member('c', {status: 'failed'})];

  it('are declared gone by the leader', async () => {
    const care = new Care(three, withDead);
    care.autopilot.gained();
    expect(await care.rounds(1)).toEqual(['force-leave c']);
  });

  it('stay where the operator says so, or where too few would be left', async () => {
    for (const initial of [{CleanupDeadServers: false}, {MinQuorum: 3}]) {
      const care = new Care(three, withDead, initial);
      care.autopilot.gained();
      await turn();
      expect(await care.rounds(2)).toEqual([]);
    }
  });

  it('are taken out of Raft when no pool knows them', async () => {
    const care = new Care(three, [member('a'), member('b')]);
    care.autopilot.gained();
    expect(await care.rounds(1)).toEqual(['remove-server id-c']);
  });

  it('are treated as the operator says from now on', async () => {
    const care = new Care(three, withDead, {CleanupDeadServers: false});
    care.autopilot.gained();
    expect(await care.rounds(1)).toEqual([]);
    await care.replica.propose(9, AutopilotSetConfigRequest, AutopilotSetConfigRequest.make({Config: autopilotDefaults}));
    expect(await care.rounds(1)).toEqual(['force-leave c']);
  });
});

it('who does not lead any more touches nothing', async () => {
  const care = new Care([server('a'), server('b'), server('c')], [member('a'), member('b'), member('c', {status: 'failed'})]);
  care.autopilot.gained();
  care.autopilot.lost();
  expect(await care.rounds(3)).toEqual([]);
  expect(care.clock.pendingCount).toBe(0);
});
