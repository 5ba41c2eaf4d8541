import {expect, it} from 'vitest';
import {type RaftConfig} from '../../../src/raft/raft-config.ts';
import {SafetyError} from './checkers.ts';
import {World} from './world.ts';

const config: RaftConfig = {
  heartbeatTimeoutMs: 150, electionTimeoutMs: 150, leaderLeaseTimeoutMs: 100, commitTimeoutMs: 20, snapshotThreshold: 30, snapshotIntervalMs: 1000, trailingLogs: 8, preVote: true,
};
const seeds = Array.from({length: 200}, (_, i) => i + 1);

/**
 * Three servers; one hears nothing while the two others agree on entries. Then one of these loses its disk and comes back
 * under its old name, perhaps in two goes, and the leader, who alone still has all, goes down about that time, for a while.
 * @returns whether all that was acknowledged is there in the end
 */
function keepsAll(seed: number, knowsIt: boolean): boolean {
  const world = new World(seed, 3, config);
  const configuration = {servers: world.servers.map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const server of world.servers) server.start();
  for (const server of world.servers) server.ask((ref) => ({kind: 'bootstrap', ref, configuration}), () => undefined);
  world.run(3000);
  const leader = world.leader ?? expect.fail('nobody leads');
  const [deaf = leader, forgetful = leader] = world.servers.filter((server) => server !== leader);
  for (const {id} of world.servers) world.cut.add(`${id}>${deaf.id}`).add(`${deaf.id}>${id}`);
  for (let i = 0; i < 20; i++) world.propose(leader);
  if (world.random.float() < 0.5) leader.takeSnapshot();
  world.run(2000);
  expect(world.acknowledged.size).toBe(20);
  forgetful.crash();
  forgetful.forget(knowsIt);
  world.at(world.nowMs + world.random.float() * 100, () => leader.crash());
  world.at(world.nowMs + world.random.float() * 100, () => world.cut.clear());
  forgetful.start();
  if (world.random.float() < 0.5) {
    world.at(world.nowMs + world.random.float() * 100, () => {
      forgetful.crash();
      forgetful.start();
    });
  }
  world.run(3000);
  leader.start();
  world.run(5000);
  return world.servers.every(({commands}) => [...world.acknowledged].every((command) => commands.includes(command)));
}

const outcome = (seed: number, knowsIt: boolean): boolean => {
  try {
    return keepsAll(seed, knowsIt);
  } catch (error) {
    if (error instanceof SafetyError) return false;
    throw error;
  }
};

it('a voter that has lost its disk and knows it costs nothing that was acknowledged', () => {
  expect(seeds.filter((seed) => !outcome(seed, true))).toEqual([]);
});

it('one that does not know it can cost all of it', () => {
  expect(seeds.filter((seed) => !outcome(seed, false)).length).toBeGreaterThan(seeds.length / 10);
});
