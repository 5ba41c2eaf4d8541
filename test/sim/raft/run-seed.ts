import {type Random} from '../../../src/runtime/random.ts';
import {type ConfigurationChange} from '../../../src/raft/configuration.ts';
import {type RaftConfig} from '../../../src/raft/raft-config.ts';
import {SafetyError} from './checkers.ts';
import {type SimulatedServer} from './simulated-server.ts';
import {World} from './world.ts';

const config: RaftConfig = {
  heartbeatTimeoutMs: 150,
  electionTimeoutMs: 150,
  leaderLeaseTimeoutMs: 100,
  commitTimeoutMs: 20,
  snapshotThreshold: 30,
  snapshotIntervalMs: 1000,
  trailingLogs: 8,
  preVote: true,
};

export interface Outcome {
  readonly acknowledged: number;
  readonly terms: number;
  readonly simulatedMs: number;
}

/** After the faults end a write must get through within this. */
const progressMsMax = 15_000;
const faultyMs = 6000;

/**
 * One run: five servers (seven with membership changes), faults for a while, then peace, in which everything that was
 * acknowledged must be there on every server and new writes must get through.
 * @throws SafetyError
 */
export function runSeed(seed: number): Outcome {
  const withMembership = seed % 3 === 0;
  const world = new World(seed, withMembership ? 7 : 5, config);
  const {random} = world;
  const founders = world.servers.slice(0, 5);
  const configuration = {servers: founders.map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const server of world.servers) server.start();
  for (const server of founders) server.ask((ref) => ({kind: 'bootstrap', ref, configuration}), () => undefined);
  world.faults = {
    lossShare: random.float() < 0.3 ? 0 : random.float() * 0.2,
    duplicateShare: random.float() * 0.1,
    delayMsMax: 1 + random.float() * 30,
    diskFullShare: random.float() < 0.2 ? random.float() * 0.01 : 0,
  };
  repeat(world, faultyMs, 15, () => client(world, random));
  repeat(world, faultyMs, 250, () => fault(world, random));
  repeat(world, faultyMs, 400, () => pick(world.servers, random)?.takeSnapshot());
  if (withMembership) repeat(world, faultyMs, 500, () => changeMembers(world, random));
  world.run(faultyMs);
  heal(world);
  settle(world);
  return {acknowledged: world.acknowledged.size, terms: world.leader?.core?.state.hard.term ?? 0, simulatedMs: world.nowMs};
}

function repeat(world: World, untilMs: number, everyMs: number, work: () => void): void {
  const next = (): void => {
    if (world.nowMs >= untilMs) return;
    work();
    world.at(world.nowMs + world.random.float() * 2 * everyMs, next);
  };
  world.at(world.nowMs + world.random.float() * everyMs, next);
}

function pick(servers: readonly SimulatedServer[], random: Random): SimulatedServer | undefined {
  return servers[random.below(servers.length)];
}

function client(world: World, random: Random): void {
  const server = random.float() < 0.8 ? (world.leader ?? pick(world.servers, random)) : pick(world.servers, random);
  if (server?.core === undefined) return;
  if (random.float() < 0.15) return world.read(server);
  for (let burst = random.float() < 0.03 ? 40 : 1; burst > 0; burst--) world.propose(server);
}

function fault(world: World, random: Random): void {
  const server = random.float() < 0.4 ? world.leader : pick(world.servers, random);
  if (server === undefined) return;
  const chance = random.float();
  if (chance < 0.35) {
    if (server.core === undefined) return;
    server.crash();
    world.tellGone(server);
    world.at(world.nowMs + random.float() * 1500, () => {
      if (server.core === undefined) server.start();
    });
  } else if (chance < 0.6) partition(world, random, server);
  else if (chance < 0.7) world.cut.clear();
  else if (chance < 0.75) world.tellGone(server);
  else if (chance < 0.88) server.stalledUntilMs = world.nowMs + random.float() * 500;
  else if (server.core?.state.role === 'leader') server.ask((ref) => ({kind: 'transfer', ref, to: undefined}), () => undefined);
}

/** A server alone, deaf only, or dumb only; or the cluster in two. */
function partition(world: World, random: Random, server: SimulatedServer): void {
  const kind = random.below(4);
  const inside = kind === 3 ? world.servers.filter(() => random.float() < 0.5) : [server];
  for (const a of inside) {
    for (const b of world.servers) {
      if (inside.includes(b)) continue;
      if (kind !== 1) world.cut.add(`${a.id}>${b.id}`);
      if (kind !== 2) world.cut.add(`${b.id}>${a.id}`);
    }
  }
  world.at(world.nowMs + random.float() * 2000, () => world.cut.clear());
}

function changeMembers(world: World, random: Random): void {
  const {leader} = world;
  const server = pick(world.servers, random);
  if (leader === undefined || server === undefined) return;
  const {id, address} = server;
  const changes: ConfigurationChange[] = [
    {op: 'add-voter', id, address},
    {op: 'add-voter', id, address},
    {op: 'add-nonvoter', id, address},
    {op: 'demote-voter', id},
    {op: 'remove-server', id},
    {op: 'remove-server', id: leader.id},
  ];
  const change = changes[random.below(changes.length)];
  // Below three voters the simulated clients would prove little.
  const voters = leader.configuration.servers.filter((s) => s.suffrage === 0).length;
  if (change === undefined || (voters <= 3 && !change.op.startsWith('add'))) return;
  leader.ask((ref) => ({kind: 'change', ref, change, prevIndex: 0}), () => undefined);
}

function heal(world: World): void {
  world.cut.clear();
  world.faults = {lossShare: 0, duplicateShare: 0, delayMsMax: 5, diskFullShare: 0};
  for (const server of world.servers) {
    server.stalledUntilMs = 0;
    if (server.core === undefined) server.start();
  }
}

/** Everybody who belongs must come to hold the same, with all that was acknowledged and one write more. */
function settle(world: World): void {
  const endMs = world.nowMs + progressMsMax;
  let last = '';
  const done = (): boolean => {
    if (last === '' || !world.acknowledged.has(last)) return false;
    const leader = world.leader;
    return leader !== undefined && members(world, leader).every((server) => server.appliedIndex >= leader.appliedIndex);
  };
  while (!done()) {
    if (world.nowMs > endMs) throw new SafetyError(`no progress within ${progressMsMax} ms after the faults ended: ${describe(world)}`);
    if (world.leader !== undefined && (last === '' || !world.acknowledged.has(last))) last = world.propose(world.leader);
    world.run(200);
  }
  world.run(1000);
  const {leader} = world;
  if (leader === undefined) throw new SafetyError('the leader got lost in peace');
  const final = new Set(leader.commands);
  for (const command of world.acknowledged) if (!final.has(command)) throw new SafetyError(`acknowledged ${command} is lost`);
  const state = leader.commands.join(' ');
  for (const server of members(world, leader)) {
    if (server.commands.join(' ') !== state) throw new SafetyError(`${server.id} and ${leader.id} differ in state`);
  }
}

function members(world: World, leader: SimulatedServer): SimulatedServer[] {
  return world.servers.filter((server) => leader.configuration.servers.some((member) => member.id === server.id));
}

function describe(world: World): string {
  return world.servers
    .map(({id, core, appliedIndex}) => `${id} ${core?.state.role} term ${core?.state.hard.term} last ${core?.state.log.last} commit ${core?.state.commitIndex} applied ${appliedIndex}`)
    .join('; ');
}
