import {beforeEach, describe, expect, it} from 'vitest';
import {systemMetadata} from '../../../src/config-entry/system-metadata.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {AgreedFeatures} from '../../../src/server/leader/agreed-features.ts';
import {ChangingPool, member} from '../changing-pool.ts';
import {Replica} from '../replica.ts';

const minuteMs = 60_000;
let clock: SimulatedClock;
let pool: ChangingPool;
let replica: Replica;
let features: AgreedFeatures;

beforeEach(() => {
  clock = new SimulatedClock();
  pool = new ChangingPool();
  replica = new Replica();
  features = new AgreedFeatures({datacenter: 'dc1', membership: pool, store: replica.store, proposer: replica, clock, logger: silentLogger});
});

const agreed = (): boolean[] => ['virtual-ips', 'virtual-ips-term-gateway'].map((key) => systemMetadata(replica.store.view(), key) !== undefined);

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise((done) => setImmediate(done));
}

describe('a feature of the log is agreed', () => {
  it('at once when all agents are new', async () => {
    pool.become(member('one'), member('two'), member('web', {role: 'node'}));
    features.gained();
    await pass(0);
    expect(agreed()).toEqual([true, true]);
  });

  it('each from its own version on', async () => {
    pool.become(member('one'), member('two', {version: '1.11.1'}));
    features.gained();
    await pass(0);
    expect(agreed()).toEqual([true, false]);
  });

  it.each([
    ['a server', member('old', {version: '1.8.7'})],
    ['a failed server', member('old', {version: '1.8.7', status: 'failed'})],
    ['a client agent', member('old', {version: '1.8.7', role: 'node'})],
  ])('not while %s is old, but soon after it has gone', async (_, old) => {
    pool.become(member('one'), old);
    features.gained();
    await pass(10 * minuteMs);
    expect(agreed()).toEqual([false, false]);
    expect(replica.index).toBe(0);
    pool.leave('old');
    await pass(minuteMs);
    expect(agreed()).toEqual([true, true]);
  });

  it('whatever other datacenters and other programs run', async () => {
    pool.become(member('one'), member('far', {dc: 'dc2', version: '1.8.7'}), member('plain', {role: 'web', version: '0.1.0'}));
    features.gained();
    await pass(0);
    expect(agreed()).toEqual([true, true]);
  });

  it('by the leader alone', async () => {
    pool.become(member('one'), member('old', {version: '1.8.7'}));
    features.gained();
    features.lost();
    pool.leave('old');
    await pass(10 * minuteMs);
    expect(replica.index).toBe(0);
  });
});
