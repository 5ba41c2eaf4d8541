/**
 * Pools of 10 to 1,000 members, seeded: what a member costs, how long news take, and whether anybody healthy dies.
 * Usage: node test/soak/gossip-sim.ts [seed] [largest pool]
 */
import {suspicionMinMs} from '../../src/gossip/swim/scaling.ts';
import {GossipWorld} from '../sim/gossip/gossip-world.ts';

const seed = Number(process.argv[2] ?? 1);
const largest = Number(process.argv[3] ?? 1000);
const quietMs = 60_000;

for (const count of [10, 30, 100, 300, 1000].filter((n) => n <= largest)) {
  const world = new GossipWorld(seed);
  const startedMs = performance.now();
  world.grow(count);
  world.run(120_000);
  const unknown = world.members.filter((member) => world.names(member, 'alive').length !== count).length;
  Object.assign(world.faults, {loss: 0.1, duplication: 0.02, reordering: 0.05});
  const sinceMs = world.nowMs;
  const before = world.members.map(({packets, bytes}) => ({packets, bytes}));
  world.run(quietMs);
  const packets = world.members.reduce((sum, member, i) => sum + member.packets - (before[i]?.packets ?? 0), 0);
  const bytes = world.members.reduce((sum, member, i) => sum + member.bytes - (before[i]?.bytes ?? 0), 0);
  const deaths = world.members.flatMap((member) => member.events.filter(({atMs, event}) => atMs >= sinceMs && event.type === 'member-failed')).length;
  const victim = world.members[1];
  if (victim === undefined) throw new Error('no victim');
  const crashedMs = world.nowMs;
  world.crash(victim);
  world.run(6 * suspicionMinMs(4, count, 1000) + 60_000);
  const heard = world.members.flatMap((member) => member.events.filter(({atMs, event}) => atMs >= crashedMs && event.type === 'member-failed'));
  const lastMs = Math.max(...heard.map(({atMs}) => atMs)) - crashedMs;
  const perSecond = (total: number): string => (total / count / (quietMs / 1000)).toFixed(2);
  process.stdout.write(`members ${count}\tnot converged ${unknown}\tfalse deaths ${deaths}\tpackets/member/s ${perSecond(packets)}` +
    `\tbytes/member/s ${perSecond(bytes)}\tcrash known to ${heard.length} of ${count - 1} after ${(lastMs / 1000).toFixed(1)} s` +
    `\treal ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
}
