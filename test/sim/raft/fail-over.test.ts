import {expect, it} from 'vitest';

import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {type SimulatedServer} from './simulated-server.ts';
import {World} from './world.ts';

/** Consul's default times. */
const config = scaledRaftConfig(5);
const runs = 60;

interface Cluster {
  readonly world: World;
  readonly leader: SimulatedServer;
}

/** Three servers that have a leader and are in step. */
function cluster(seed: number): Cluster {
  const world = new World(seed, 3, config);
  const configuration = {servers: world.servers.map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const server of world.servers) server.start();
  for (const server of world.servers) server.ask((ref) => ({kind: 'bootstrap', ref, configuration}), () => undefined);
  world.run(60_000);
  const {leader} = world;
  if (leader === undefined) throw new Error('there is no leader after a minute');
  return {world, leader};
}

/** How long it takes until another server leads, its term's first entry committed. */
function succeededAfterMs({world, leader}: Cluster): number {
  const fromMs = world.nowMs;
  for (;;) {
    if (world.nowMs > fromMs + 120_000) throw new Error('nobody succeeds');
    world.run(1);
    const next = world.servers.find((server) => server !== leader && server.core?.state.role === 'leader');
    const leadership = next?.core?.state.leadership;
    if (leadership !== undefined && (next?.core?.state.commitIndex ?? 0) >= leadership.firstIndex) return world.nowMs - fromMs;
  }
}

function times(lose: (cluster: Cluster) => void): {median: number; worst: number} {
  const all = Array.from({length: runs}, (_, seed) => {
    const made = cluster(seed + 1);
    lose(made);
    return succeededAfterMs(made);
  }).sort((a, b) => a - b);
  return {median: all[runs / 2] ?? 0, worst: all.at(-1) ?? 0};
}

it('a leader whose process ends is succeeded within a fraction of a second', () => {
  const {median, worst} = times(({world, leader}) => {
    leader.crash();
    world.tellAllGone(leader);
  });
  expect(median).toBeLessThan(300);
  expect(worst).toBeLessThan(3000);
});

it('a leader that falls silent is succeeded soon after the shortest patience, and never before its lease is over', () => {
  const {median, worst} = times(({world, leader}) => {
    for (const server of world.servers) {
      if (server === leader) continue;
      world.cut.add(`${leader.id}>${server.id}`);
      world.cut.add(`${server.id}>${leader.id}`);
    }
  });
  expect(median).toBeGreaterThan(config.leaderLeaseTimeoutMs);
  expect(median).toBeLessThan(6300);
  expect(worst).toBeLessThan(9000);
});

it('a leader that one follower wrongly takes for gone keeps its term', () => {
  for (let seed = 1; seed <= runs; seed++) {
    const {world, leader} = cluster(seed);
    const {term} = leader.core?.state.hard ?? {term: 0};
    const [follower] = world.servers.filter((server) => server !== leader);
    for (let i = 0; i < 20; i++) {
      follower?.step({kind: 'leader-gone', leader: {id: leader.id, address: leader.address}, sinceMs: world.nowMs});
      world.run(700);
    }
    expect(leader.core?.state.role).toBe('leader');
    expect(leader.core?.state.hard.term).toBe(term);
    expect(follower?.core?.state.leader?.id).toBe(leader.id);
  }
});
