import {describe, expect, test} from 'vitest';
import {suspicionMinMs} from '../../../src/gossip/swim/scaling.ts';
import {GossipWorld, type SimMember} from './gossip-world.ts';

function pool(seed: number, count: number): GossipWorld {
  const world = new GossipWorld(seed);
  world.grow(count);
  world.run(60_000);
  return world;
}

function failuresOf(member: SimMember, sinceMs: number): string[] {
  return member.events.flatMap(({atMs, event}) =>
    (event.type === 'member-failed' && atMs >= sinceMs ? event.members.map((m) => m.name) : []));
}

describe.each([3, 10, 40])('a pool of %i', (count) => {
  test('all come to know all', () => {
    const world = pool(count, count);
    for (const member of world.members) expect(world.names(member, 'alive')).toHaveLength(count);
  });

  test.each([0, 0.1, 0.3])('nobody healthy is declared dead with loss %d', (loss) => {
    const world = pool(count + 100, count);
    Object.assign(world.faults, {loss, duplication: 0.05, reordering: 0.1});
    const sinceMs = world.nowMs;
    world.run(count > 20 ? 300_000 : 900_000);
    for (const member of world.members) expect(failuresOf(member, sinceMs)).toEqual([]);
  });

  test('a crash is known to all within the bounds', () => {
    const world = pool(count + 200, count);
    const victim = world.members[1] as SimMember;
    const crashedMs = world.nowMs;
    world.crash(victim);
    const suspicionMaxMs = 6 * suspicionMinMs(4, count, 1000);
    world.run(2 * count * 1000 + suspicionMaxMs + 5000);
    for (const member of world.members) {
      if (member !== victim) expect(failuresOf(member, crashedMs)).toEqual([victim.name]);
    }
  });

  test('an event reaches all, once', () => {
    const world = pool(count + 300, count);
    Object.assign(world.faults, {loss: 0.1, duplication: 0.3, reordering: 0.3});
    world.input(world.members[0] as SimMember, {kind: 'user-event', ref: 1, name: 'deploy', payload: 'x', coalesce: false});
    world.run(120_000);
    for (const member of world.members) expect(member.events.filter(({event}) => event.type === 'user')).toHaveLength(1);
  });
});

test('a healed partition of an hour merges', () => {
  const world = pool(7, 12);
  for (let i = 0; i < 6; i++) world.sides[i] = 1;
  world.run(3_600_000);
  expect(world.names(world.members[0] as SimMember, 'failed')).toHaveLength(6);
  world.sides.fill(0);
  world.run(600_000);
  for (const member of world.members) expect(world.names(member, 'alive')).toHaveLength(12);
});

test('members with blocked loops accuse nobody who is healthy', () => {
  const world = pool(11, 20);
  const slow = world.members.slice(0, 4);
  const sinceMs = world.nowMs;
  for (let round = 0; round < 60; round++) {
    for (const member of slow) world.block(member, 500 + 250 * (round % 10));
    world.run(10_000);
  }
  const slowNames = new Set(slow.map((member) => member.name));
  for (const member of world.members) {
    expect(failuresOf(member, sinceMs).filter((name) => !slowNames.has(name))).toEqual([]);
  }
});

test('a probe that its own blocked loop disturbed accuses nobody, even where only TCP gets through', () => {
  const world = pool(17, 6);
  world.faults.loss = 1;
  const sinceMs = world.nowMs;
  for (let round = 0; round < 200; round++) {
    const sleeper = world.members[round % 2] as SimMember;
    world.block(sleeper, 1000 + 400 * (round % 20));
    world.run(12_345);
  }
  const sleepers = new Set(['n0', 'n1']);
  for (const member of world.members) expect(failuresOf(member, sinceMs).filter((name) => !sleepers.has(name))).toEqual([]);
});

test('a leave is a leave to all', () => {
  const world = pool(13, 10);
  const leaver = world.members[4] as SimMember;
  world.input(leaver, {kind: 'leave', ref: 9});
  world.run(8000);
  world.crash(leaver);
  world.run(60_000);
  for (const member of world.members) if (member !== leaver) expect(world.names(member, 'left')).toEqual(['n4']);
});
