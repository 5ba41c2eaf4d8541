import {pushPullIntervalMs, suspicionMinMs} from '../../../src/gossip/swim/scaling.ts';
import {type Random, seededRandom} from '../../../src/runtime/random.ts';
import {GossipWorld, type SimMember} from './gossip-world.ts';

/** What a run did; what it found wrong is thrown. */
export interface GossipOutcome {
  readonly members: number;
  readonly simulatedMs: number;
}

/** How long the phases of a run are. */
export interface GossipRun {
  readonly membersMax: number;
  /** Faults, and nobody who is well may be declared dead. */
  readonly quietMs: number;
  readonly partitionMsMax: number;
}

export class PoolError extends Error {
  override readonly name = 'PoolError';
}

const probeIntervalMs = 1000;
const pushPullMs = 30_000;
const suspicionMult = 4;
const reconnectMs = 30_000;
const slowShare = 0.2;
const blockMsMax = 10_000;
const oftenBlockedMs = 15_000;

/**
 * One run from a seed: a pool of some size grows on a network that loses, doubles and reorders, with a fifth of its
 * members slow; then an hour in which nobody well may die, an event, a crash, a partition and its end.
 * @throws PoolError
 */
export function runGossipSeed(seed: number, {membersMax, quietMs, partitionMsMax}: GossipRun): GossipOutcome {
  const random = seededRandom(seed ^ 0x5eed);
  const world = new GossipWorld(seed);
  const count = 3 + random.below(membersMax - 2);
  world.grow(count);
  world.run(3 * pushPullIntervalMs(pushPullMs, count));
  demandAllAlive(world, 'at first');
  Object.assign(world.faults, {loss: random.float() * 0.3, duplication: random.float() * 0.1, reordering: random.float() * 0.3});
  const slow = new Set(world.members.slice(1).filter(() => random.float() < slowShare));
  quietTime(world, slow, random, quietMs);
  settle(world);
  event(world, random);
  crash(world, random, slow);
  partition(world, random, 60_000 + random.float() * partitionMsMax);
  return {members: count, simulatedMs: world.nowMs};
}

/** Slow members block now and then, for up to ten seconds. Of the others nobody may be held to have failed. @throws PoolError */
export function quietTime(world: GossipWorld, slow: ReadonlySet<SimMember>, random: Random, ms: number, blockEveryMs = oftenBlockedMs): void {
  const sinceMs = world.nowMs;
  const names = new Set([...slow].map(({name}) => name));
  for (; world.nowMs < sinceMs + ms; world.run(blockEveryMs)) {
    for (const member of slow) {
      world.at(random.float() * blockEveryMs, () => {
        if (world.nowMs >= member.blockedUntilMs) world.block(member, random.float() * blockMsMax);
      });
    }
  }
  for (const member of world.members) {
    const wrong = failures(member, sinceMs).find((name) => !names.has(name));
    if (wrong !== undefined) throw new PoolError(`${member.name} held ${wrong}, which was well, to have failed`);
  }
}

/** Whoever was wrongly held dead comes back by itself. */
function settle(world: GossipWorld): void {
  world.run(blockMsMax + 4 * pushPullIntervalMs(pushPullMs, world.members.length) + 4 * reconnectMs);
  demandAllAlive(world, 'after the quiet time');
}

function event(world: GossipWorld, random: Random): void {
  const from = world.members[random.below(world.members.length)] as SimMember;
  const sinceMs = world.nowMs;
  world.input(from, {kind: 'user-event', ref: 1, name: 'deploy', payload: `${sinceMs}`, coalesce: false});
  world.run(3 * pushPullIntervalMs(pushPullMs, world.members.length));
  for (const member of world.members) {
    const heard = member.events.filter(({atMs, event: {type}}) => type === 'user' && atMs >= sinceMs).length;
    if (heard !== 1) throw new PoolError(`${member.name} heard the event ${heard} times`);
  }
}

/** Serf's bounds: found within two rounds of probes, suspected for at most the longest time, told to all. */
function crash(world: GossipWorld, random: Random, slow: ReadonlySet<SimMember>): void {
  const count = world.members.length;
  const victim = world.members[1 + random.below(count - 1)] as SimMember;
  const sinceMs = world.nowMs;
  world.crash(victim);
  const toldMs = 2 * pushPullIntervalMs(pushPullMs, count);
  world.run(2 * count * probeIntervalMs + 6 * suspicionMinMs(suspicionMult, count, probeIntervalMs) + toldMs);
  for (const member of world.members) {
    if (member === victim) continue;
    const dead = failures(member, sinceMs);
    if (!dead.includes(victim.name)) throw new PoolError(`${member.name} does not know of the crash of ${victim.name}`);
    const wrong = dead.find((name) => name !== victim.name && !slow.has(world.members.find((other) => other.name === name) as SimMember));
    if (wrong !== undefined) throw new PoolError(`${member.name} held ${wrong}, which was well, to have failed beside a crash`);
  }
}

function partition(world: GossipWorld, random: Random, ms: number): void {
  for (const member of world.members) world.sides[member.index] = random.float() < 0.4 ? 1 : 0;
  world.run(ms);
  world.sides.fill(0);
  world.run(20 * reconnectMs + 4 * pushPullIntervalMs(pushPullMs, world.members.length));
  demandAllAlive(world, 'after a partition');
}

function demandAllAlive(world: GossipWorld, when: string): void {
  const up = world.members.filter(({isUp}) => isUp);
  for (const member of up) {
    const alive = new Set(world.names(member, 'alive'));
    const missing = up.find(({name}) => !alive.has(name));
    if (missing !== undefined) throw new PoolError(`${when} ${member.name} does not hold ${missing.name} to be alive`);
  }
}

function failures(member: SimMember, sinceMs: number): string[] {
  return member.events.flatMap(({atMs, event: told}) =>
    (told.type === 'member-failed' && atMs >= sinceMs ? told.members.map(({name}) => name) : []));
}
