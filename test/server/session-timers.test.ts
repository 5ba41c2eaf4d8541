import {describe, expect, it} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {type Proposer} from '../../src/fsm/proposer.ts';
import {type PollBarrier} from '../../src/runtime/poll-barrier.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {SessionTimers} from '../../src/server/session-timers.ts';
import {sessionOf} from '../../src/session/state.ts';
import {idOf, Registry} from './registry.ts';

const a = idOf(1);

/** Polls that happen when the test says so; until then they happen at once. */
class HandPolls implements PollBarrier {
  byHand = false;
  #waiting: (() => void)[] = [];

  afterPoll(then: () => void): void {
    if (this.byHand) this.#waiting.push(then);
    else then();
  }

  poll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const then of waiting) then();
  }
}

/** A server that leads: a registry, its timers, and a log that can be made to refuse. */
class World implements Proposer {
  readonly clock = new SimulatedClock();
  readonly polls = new HandPolls();
  readonly registry = new Registry();
  readonly timers = new SessionTimers({datacenter: 'dc1', store: this.registry.store, proposer: this, clock: this.clock, polls: this.polls, logger: silentLogger});
  refusals = 0;
  proposed = 0;

  constructor() {
    this.registry.observe = (facts) => this.timers.observe(facts);
    this.registry.replaced = () => this.timers.replaced();
  }

  async propose(...[type, codec, body]: Parameters<Proposer['propose']>): Promise<unknown> {
    this.proposed++;
    if (this.refusals-- > 0) throw new ConsulError('No cluster leader', 500, true);
    return this.registry.propose(type, codec, body);
  }

  /** Time goes by, and what it sets off is done. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await new Promise((done) => setImmediate(done));
  }

  get lives(): boolean {
    return this.session !== undefined;
  }

  get session() {
    return sessionOf(this.registry.store.view(), a);
  }

  renew(): void {
    if (this.session !== undefined) this.timers.renew(this.session);
  }
}

async function world(TTL: string): Promise<World> {
  const made = new World();
  await made.registry.node('n1');
  made.timers.gained();
  await made.registry.create({ID: a, Node: 'n1', TTL});
  return made;
}

describe('the TTL of a session', () => {
  it('is over when twice its time went by without a renewal', async () => {
    const made = await world('10s');
    await made.pass(19_999);
    expect(made.lives).toBe(true);
    await made.pass(1);
    expect([made.lives, made.timers.size, made.clock.pendingCount]).toEqual([false, 0, 0]);
  });

  it('starts anew with each renewal', async () => {
    const made = await world('10s');
    for (let n = 0; n < 5; n++) {
      await made.pass(19_000);
      made.renew();
    }
    expect([made.lives, made.proposed, made.clock.pendingCount]).toEqual([true, 0, 1]);
    await made.pass(20_000);
    expect(made.lives).toBe(false);
  });

  it.each(['', '0s'])('is never over when it is %j', async (TTL) => {
    const made = await world(TTL);
    expect([made.timers.size, made.clock.pendingCount]).toEqual([0, 0]);
  });

  it('is nobody’s concern once the session ended otherwise', async () => {
    const made = await world('10s');
    await made.registry.deregister('n1');
    expect([made.timers.size, made.clock.pendingCount]).toEqual([0, 0]);
  });
});

describe('leadership over sessions', () => {
  it('is needed to count their time', async () => {
    const made = await world('10s');
    made.timers.lost();
    await made.registry.create({ID: idOf(2), Node: 'n1', TTL: '10s'});
    made.renew();
    expect([made.timers.size, made.clock.pendingCount]).toEqual([0, 0]);
  });

  it('gives all of them their full time when it is gained', async () => {
    const made = await world('10s');
    await made.pass(19_000);
    made.timers.lost();
    made.timers.gained();
    await made.pass(19_999);
    expect(made.lives).toBe(true);
    await made.pass(1);
    expect(made.lives).toBe(false);
  });

  it('lost while a destroy is on its way leaves nothing behind', async () => {
    const made = await world('10s');
    made.refusals = 1;
    made.clock.advance(20_000);
    made.timers.lost();
    await made.pass(0);
    expect([made.proposed, made.timers.size, made.clock.pendingCount]).toEqual([1, 0, 0]);
  });

  it('over a restored snapshot begins with full times', async () => {
    const made = await world('10s');
    const state = await made.registry.snapshot();
    await made.pass(20_000);
    expect(made.lives).toBe(false);
    await made.registry.restore(state);
    await made.pass(19_999);
    expect(made.lives).toBe(true);
    await made.pass(1);
    expect(made.lives).toBe(false);
  });
});

describe('a renewal that waits in a socket while the event loop is blocked', () => {
  it('comes before the end of its session, on a new connection too', async () => {
    const made = await world('10s');
    made.polls.byHand = true;
    await made.pass(60_000);
    made.polls.poll();
    expect(made.proposed).toBe(0);
    made.renew();
    made.polls.poll();
    await made.pass(19_999);
    expect([made.lives, made.proposed]).toEqual([true, 0]);
  });

  it('that never came ends it after two polls', async () => {
    const made = await world('10s');
    made.polls.byHand = true;
    await made.pass(20_000);
    made.polls.poll();
    made.polls.poll();
    await made.pass(0);
    expect(made.lives).toBe(false);
  });
});

describe('a destroy that the log does not take', () => {
  it('is tried six times, at growing intervals, and then left to the next leader', async () => {
    const made = await world('10s');
    made.refusals = 6;
    const attemptsAtMs: number[] = [];
    for (let ms = 0; ms < 400_000; ms += 1000) {
      const {proposed} = made;
      await made.pass(1000);
      if (made.proposed > proposed) attemptsAtMs.push(ms + 1000);
    }
    expect(attemptsAtMs).toEqual([20_000, 30_000, 50_000, 90_000, 170_000, 330_000]);
    expect([made.lives, made.timers.size, made.clock.pendingCount]).toEqual([true, 0, 0]);
    made.timers.lost();
    made.timers.gained();
    await made.pass(20_000);
    expect(made.lives).toBe(false);
  });

  it('is forgotten when the session is renewed after all', async () => {
    const made = await world('10s');
    made.refusals = 1;
    await made.pass(20_000);
    made.renew();
    await made.pass(19_999);
    expect([made.lives, made.proposed]).toEqual([true, 1]);
    await made.pass(1);
    expect(made.lives).toBe(false);
  });
});
