/**
 * Long form of the gossip simulation, in three parts:
 *   table  pools of 10 to 1,000 members: what a member costs, how long news take
 *   seeds  pools of random size on random bad networks for hours, with slow members, crashes and partitions
 *   hour   a quiet hour of 1,000 members on a network that loses a tenth; a fifth of them stand still for up to ten
 *          seconds, at first four times a minute, then once (takes half an hour or more, and 2 GB)
 * Usage: node --max-semi-space-size=96 test/soak/gossip-sim.ts [table|seeds|hour|all] [seeds to run] [first seed]
 */
import {suspicionMinMs} from '../../src/gossip/swim/scaling.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {GossipWorld, type SimMember} from '../sim/gossip/gossip-world.ts';
import {quietTime, runGossipSeed} from '../sim/gossip/run-seed.ts';

const [part = 'all', runs = '50', first = '1'] = process.argv.slice(2);
const costMs = 60_000;
/** Minutes at the beginning of the hour in which slow members stand still more often. */
const roughMinutes = 5;
const run = {membersMax: 60, quietMs: 3_600_000, partitionMsMax: 3 * 3_600_000};
let failed = 0;

if (part === 'table' || part === 'all') table();
if (part === 'seeds' || part === 'all') seeds(Number(runs), Number(first));
if (part === 'hour' || part === 'all') hour(Number(first));
process.exitCode = failed === 0 ? 0 : 1;

function table(): void {
  print('| members | packets a member and second | bytes | µs of CPU | an event is known to all after | a crash is known to all after | held dead wrongly |');
  print('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const count of [10, 30, 100, 300, 1000]) {
    const world = new GossipWorld(1);
    world.countsBytes = true;
    world.grow(count);
    world.run(120_000);
    Object.assign(world.faults, {loss: 0.1, duplication: 0.02, reordering: 0.05});
    const sinceMs = world.nowMs;
    const before = totals(world);
    const cpu = process.cpuUsage();
    world.run(costMs);
    const used = process.cpuUsage(cpu);
    const after = totals(world);
    const perSecond = (total: number): string => (total / count / (costMs / 1000)).toFixed(1);
    const wrong = told(world, 'member-failed', sinceMs).length;
    failed += wrong;
    const firedMs = world.nowMs;
    world.input(world.members[0] as SimMember, {kind: 'user-event', ref: 1, name: 'e', payload: '', coalesce: false});
    world.run(60_000);
    const crashedMs = world.nowMs;
    world.crash(world.members[1] as SimMember);
    world.run(6 * suspicionMinMs(4, count, 1000) + 60_000);
    print(`| ${count} | ${perSecond(after.packets - before.packets)} | ${perSecond(after.bytes - before.bytes)} | ${perSecond(used.user + used.system)} | ` +
      `${lastOf(told(world, 'user', firedMs), count, firedMs)} | ${lastOf(told(world, 'member-failed', crashedMs), count - 1, crashedMs)} | ${wrong} |`);
  }
}

function seeds(count: number, from: number): void {
  for (let seed = from; seed < from + count; seed++) {
    try {
      const {members, simulatedMs} = runGossipSeed(seed, run);
      print(`seed ${seed}: ${members} members, ${(simulatedMs / 3_600_000).toFixed(1)} hours`);
    } catch (error) {
      failed++;
      print(`seed ${seed} FAILED (for test/sim/gossip/seeds.json: ${JSON.stringify({seed, ...run})}): ${String(error)}`);
    }
  }
}

function hour(seed: number): void {
  const world = new GossipWorld(seed);
  const random = seededRandom(seed);
  world.grow(1000);
  world.run(300_000);
  forgetEvents(world);
  Object.assign(world.faults, {loss: 0.1, duplication: 0.02, reordering: 0.05});
  const slow = new Set(world.members.filter(() => random.float() < 0.2));
  for (let minute = 1; minute <= 60; minute++) {
    const sinceMs = world.nowMs;
    try {
      quietTime(world, slow, random, 60_000, minute <= roughMinutes ? 15_000 : 60_000);
    } catch (error) {
      failed++;
      print(`minute ${minute} FAILED: ${String(error)}`);
    }
    const {user, system} = process.cpuUsage();
    print(`1,000 members, ${slow.size} of them slow: ${minute} minutes; slow ones held dead ${told(world, 'member-failed', sinceMs).length} times; ` +
      `${totals(world).packets} packets, ${((user + system) / 60e6).toFixed(1)} minutes of CPU`);
    forgetEvents(world);
  }
}

function forgetEvents(world: GossipWorld): void {
  for (const member of world.members) member.events.length = 0;
}

function totals(world: GossipWorld): {packets: number; bytes: number} {
  return world.members.reduce((sum, {packets, bytes}) => ({packets: sum.packets + packets, bytes: sum.bytes + bytes}), {packets: 0, bytes: 0});
}

function told(world: GossipWorld, type: string, sinceMs: number): number[] {
  return world.members.flatMap(({events}) => events.filter(({atMs, event}) => event.type === type && atMs >= sinceMs).map(({atMs}) => atMs));
}

function lastOf(times: readonly number[], wanted: number, sinceMs: number): string {
  if (times.length !== wanted) {
    failed++;
    return `told to ${times.length} of ${wanted}`;
  }
  return `${((Math.max(...times) - sinceMs) / 1000).toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
