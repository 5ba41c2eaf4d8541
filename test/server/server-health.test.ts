import {describe, expect, it} from 'vitest';
import {type RaftStats} from '../../src/operator/status-methods.ts';
import {suffrage} from '../../src/raft/configuration.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {type Member} from '../../src/server/membership.ts';
import {ServerHealth, type ServerHealthState} from '../../src/server/server-health.ts';
import {ChangingPool, member} from './changing-pool.ts';

/** Three servers: this one, `id-a`, and two that answer what the test says. */
class Watched {
  readonly clock = new SimulatedClock();
  readonly pool = new ChangingPool();
  readonly raft = {configuration: {servers: ['a', 'b', 'c'].map((name) => ({id: `id-${name}`, address: `10.0.0.1:${name}`, suffrage: suffrage.voter}))}, lastIndex: 1000, lastTerm: 3};
  readonly answers = new Map<string, RaftStats>();
  readonly health = new ServerHealth({
    datacenter: 'dc1',
    ownId: 'id-a',
    raft: this.raft,
    membership: this.pool,
    config: () => ({LastContactThreshold: 200e6, MaxTrailingLogs: 250}),
    ownStats: () => ({LastContact: '0', LastTerm: 3, LastIndex: 1000}),
    statsOf: ({id}) => {
      const answer = this.answers.get(id);
      return answer === undefined ? Promise.reject(new Error('nobody there')) : Promise.resolve(answer);
    },
    clock: this.clock,
    logger: silentLogger,
  });

  constructor() {
    this.become({});
    for (const id of ['id-b', 'id-c']) this.answer(id, {});
  }

  become(statuses: Readonly<Record<string, Member['status']>>): void {
    this.pool.become(...['a', 'b', 'c'].map((name) => member(name, {status: statuses[name] ?? 'alive'})));
  }

  answer(id: string, stats: Partial<RaftStats>): void {
    this.answers.set(id, {LastContact: '12ms', LastTerm: 3, LastIndex: 1000, ...stats});
  }

  async look(id: string): Promise<ServerHealthState | undefined> {
    await this.health.update();
    return this.health.of(id);
  }
}

describe('a server', () => {
  it('is healthy while it hears its leader, keeps up, and gossip sees it', async () => {
    const watched = new Watched();
    expect(await watched.look('id-b')).toMatchObject({isHealthy: true, lastContactNs: 12e6, lastTerm: 3, lastIndex: 1000});
    expect(await watched.look('id-a')).toMatchObject({isHealthy: true, lastContactNs: 0});
  });

  it.each([
    ['has not heard its leader for long', {LastContact: '200.1ms'}],
    ['never heard a leader', {LastContact: 'never'}],
    ['is of another term', {LastTerm: 2}],
    ['is too far behind', {LastIndex: 749}],
  ])('is ill when it %s', async (_, stats) => {
    const watched = new Watched();
    watched.answer('id-b', stats);
    expect((await watched.look('id-b'))?.isHealthy).toBe(false);
    expect((await watched.look('id-c'))?.isHealthy).toBe(true);
  });

  it('may be behind a little', async () => {
    const watched = new Watched();
    watched.answer('id-b', {LastIndex: 750, LastContact: '200ms'});
    expect((await watched.look('id-b'))?.isHealthy).toBe(true);
  });

  it('that does not answer is judged by its last word, until gossip gives it up', async () => {
    const watched = new Watched();
    await watched.look('id-b');
    watched.answers.delete('id-b');
    expect(await watched.look('id-b')).toMatchObject({isHealthy: true, lastIndex: 1000});
    watched.become({b: 'failed'});
    expect(await watched.look('id-b')).toMatchObject({isHealthy: false, lastIndex: 1000});
  });

  it('that never said a word is ill', async () => {
    const watched = new Watched();
    watched.answers.delete('id-b');
    expect(await watched.look('id-b')).toMatchObject({isHealthy: false, lastIndex: 0, lastTerm: 0});
  });

  it('is stable since it became healthy; falling ill does not change that, getting well does', async () => {
    const watched = new Watched();
    const since = (await watched.look('id-b'))?.stableSinceMs;
    watched.clock.advance(5000);
    watched.answer('id-b', {LastTerm: 2});
    expect(await watched.look('id-b')).toMatchObject({isHealthy: false, stableSinceMs: since});
    watched.clock.advance(5000);
    watched.answer('id-b', {});
    expect(await watched.look('id-b')).toMatchObject({isHealthy: true, stableSinceMs: (since ?? 0) + 10_000, stableSinceNowMs: 10_000});
  });

  it('is forgotten when Raft lets it go', async () => {
    const watched = new Watched();
    await watched.health.update();
    watched.raft.configuration.servers.pop();
    expect(await watched.look('id-c')).toBeUndefined();
  });
});
