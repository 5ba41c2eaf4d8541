import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {PoolNetwork, type StartedPools, statuses} from './pool-network.ts';

let network: PoolNetwork;
let folder: string;

beforeEach(async () => {
  network = new PoolNetwork();
  folder = await mkdtemp(join(tmpdir(), 'pool-settings-'));
});

afterEach(async () => {
  await network.close();
  await rm(folder, {recursive: true, force: true});
});

function server(name: string, host: number, config = ''): Promise<StartedPools> {
  return network.start(name, `10.9.0.${host}`, `server = true bootstrap = true data_dir = "${join(folder, name)}" ${config}`);
}

function client(name: string, host: number, config = ''): Promise<StartedPools> {
  return network.start(name, `10.9.0.${host}`, `data_dir = "${join(folder, name)}" ${config}`);
}

const joinsFirst = 'retry_join = ["10.9.0.1"]';

async function pair(first = '', second = ''): Promise<[StartedPools, StartedPools]> {
  const one = await server('one', 1, first);
  const two = await client('two', 2, `${joinsFirst} ${second}`);
  await network.until(() => statuses(one)['two'] === 'alive' && statuses(two)['one'] === 'alive');
  return [one, two];
}

/** @returns how long it took until `observer` held the crashed one to have failed, ms */
async function crash(crashed: StartedPools, observer: StartedPools, name: string, pool: 'lan' | 'wan' = 'lan'): Promise<number> {
  // The clock stands meanwhile: how long the disk takes is not to count.
  await crashed.pools.close();
  return network.until(() => statuses(observer, pool)[name] === 'failed');
}

describe('after a restart, by the snapshot of the pool', () => {
  test.each([
    ['an agent that left stays alone', '', false],
    ['an agent that left joins again with rejoin_after_leave', 'rejoin_after_leave = true', true],
  ])('%s', async (_, setting, joinsAgain) => {
    const [one, two] = await pair();
    await network.finish(two.pools.leave());
    await network.finish(two.pools.close());
    await network.until(() => statuses(one)['two'] === 'left');
    expect(await readFile(join(folder, 'two', 'serf', 'local.snapshot'), 'utf8')).toMatch(/^alive: one 10\.9\.0\.1:8301$[^]*^leave$/m);
    const again = await client('two', 2, setting);
    await network.run(20_000);
    expect(statuses(again)).toEqual(joinsAgain ? {one: 'alive', two: 'alive'} : {two: 'alive'});
    expect(statuses(one)['two']).toBe(joinsAgain ? 'alive' : 'left');
    expect(again.log.filter((line) => line.startsWith('serf: Re-joined to previously known node: one'))).toHaveLength(joinsAgain ? 1 : 0);
  });

  test('an agent that crashed joins again', async () => {
    const [one, two] = await pair();
    await crash(two, one, 'two');
    const again = await client('two', 2);
    await network.until(() => statuses(one)['two'] === 'alive' && statuses(again)['one'] === 'alive');
  });
});

describe('a failed member is forgotten', () => {
  const reapEveryMs = 15_000;

  test('after reconnect_timeout', async () => {
    const [one, two] = await pair('reconnect_timeout = "2m"');
    await crash(two, one, 'two');
    const keptMs = await network.until(() => statuses(one)['two'] === undefined);
    expect(keptMs).toBeGreaterThanOrEqual(119_000);
    expect(keptMs).toBeLessThanOrEqual(120_000 + reapEveryMs + 1000);
  });

  test('after the time that it asked for by advertise_reconnect_timeout', async () => {
    const [one, two] = await pair('reconnect_timeout = "9h"', 'advertise_reconnect_timeout = "1m"');
    const three = await client('three', 3, joinsFirst);
    await network.until(() => statuses(one)['three'] === 'alive');
    expect(one.pools.lan.members().map(({name, tags}) => [name, tags['rc_tm']])).toEqual([['one', undefined], ['two', '1m0s'], ['three', undefined]]);
    await crash(three, one, 'three');
    await crash(two, one, 'two');
    const keptMs = await network.until(() => statuses(one)['two'] === undefined);
    expect(keptMs).toBeGreaterThanOrEqual(59_000);
    expect(keptMs).toBeLessThanOrEqual(60_000 + reapEveryMs + 1000);
    expect(statuses(one)['three']).toBe('failed');
  });

  test('from the WAN after reconnect_timeout_wan', async () => {
    const [one, two] = await federation('reconnect_timeout_wan = "3m"', '');
    await crash(two, one, 'two.dc2', 'wan');
    const keptMs = await network.until(() => statuses(one, 'wan')['two.dc2'] === undefined);
    expect(keptMs).toBeGreaterThanOrEqual(179_000);
    expect(keptMs).toBeLessThanOrEqual(180_000 + reapEveryMs + 1000);
  });
});

const quick = 'probe_interval = "200ms" probe_timeout = "100ms" gossip_interval = "50ms" suspicion_mult = 2';

/** Two servers of two datacenters in one WAN. */
async function federation(first: string, second: string): Promise<[StartedPools, StartedPools]> {
  const one = await server('one', 1, first);
  const two = await server('two', 2, `datacenter = "dc2" retry_join_wan = ["10.9.0.1"] ${second}`);
  await network.until(() => statuses(one, 'wan')['two.dc2'] === 'alive' && statuses(two, 'wan')['one.dc1'] === 'alive');
  return [one, two];
}

describe('how soon a crash is found', () => {
  test('is set by gossip_lan', async () => {
    const [one, two] = await pair(`gossip_lan { ${quick} }`);
    expect(await crash(two, one, 'two')).toBeLessThan(1500);
  });

  test('is a matter of seconds as Consul sets it', async () => {
    const [one, two] = await pair();
    const foundMs = await crash(two, one, 'two');
    expect(foundMs).toBeGreaterThan(4000);
    expect(foundMs).toBeLessThan(10_000);
  });

  test('is set by gossip_wan, for the WAN alone', async () => {
    const [one, two] = await federation(`gossip_wan { ${quick} }`, '');
    expect(await crash(two, one, 'two.dc2', 'wan')).toBeLessThan(1500);
  });

  test('is never where probe_interval is zero', async () => {
    const [one, two] = await pair('gossip_lan { probe_interval = "0s" gossip_interval = "-1s" }');
    await network.finish(two.pools.close());
    await network.run(60_000);
    expect(statuses(one)['two']).toBe('alive');
  });
});

describe('the WAN', () => {
  test('shows a server at advertise_addr_wan, which listens at serf_wan', async () => {
    const one = await server('one', 1, 'serf_wan = "10.9.0.101" advertise_addr_wan = "10.9.0.101"');
    const two = await server('two', 2, 'datacenter = "dc2" retry_join_wan = ["10.9.0.101"]');
    await network.until(() => statuses(two, 'wan')['one.dc1'] === 'alive');
    expect(two.pools.wan?.members().map(({name, address, port}) => `${name} ${address}:${port}`).sort())
      .toEqual(['one.dc1 10.9.0.101:8302', 'two.dc2 10.9.0.2:8302']);
    expect(one.pools.lan.local().address).toBe('10.9.0.1');
  });

  test('is off with ports.serf_wan = -1: no tag names its port, and what would join it gives up', async () => {
    const one = await server('one', 1, 'ports { serf_wan = -1 } retry_join_wan = ["10.9.0.2"] retry_interval_wan = "1s" retry_max_wan = 2');
    await network.until(() => one.fatal.length > 0);
    expect(one.fatal).toEqual(['agent: max join WAN retry exhausted, exiting']);
    expect(one.pools.wan).toBeUndefined();
    expect(one.pools.lan.local().tags).not.toHaveProperty('wan_join_port');
    expect(one.log.filter((line) => line.startsWith('(WAN)'))).toEqual(Array.from({length: 3}, () => ['(WAN) joining', "(WAN) couldn't join"]).flat());
  });

  test('is tried again by retry_join_wan at its interval until somebody is there', async () => {
    const one = await server('one', 1, 'retry_join_wan = ["10.9.0.2"] retry_interval_wan = "7s"');
    await network.run(16_000);
    expect(one.log.filter((line) => line === "(WAN) couldn't join")).toHaveLength(3);
    await server('two', 2, 'datacenter = "dc2"');
    expect(await network.until(() => statuses(one, 'wan')['two.dc2'] === 'alive')).toBeLessThanOrEqual(7000);
  });

  test('has every server of a LAN one of whose servers joined it', async () => {
    const [one, two] = await federation('', '');
    const three = await network.start('three', '10.9.0.3', `server = true data_dir = "${join(folder, 'three')}" ${joinsFirst}`);
    await network.until(() => [one, two, three].every((agent) => Object.keys(statuses(agent, 'wan')).length === 3));
    expect(statuses(two, 'wan')).toEqual({'one.dc1': 'alive', 'two.dc2': 'alive', 'three.dc1': 'alive'});
  });
});
