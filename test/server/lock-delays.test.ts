import {describe, expect, it} from 'vitest';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {LockDelays} from '../../src/server/lock-delays.ts';
import {sessionEnded} from '../../src/session/facts.ts';
import {Session} from '../../src/session/schema.ts';
import {idOf, Registry} from './registry.ts';

const secondNs = 1e9;

function delays(): {clock: SimulatedClock; delays: LockDelays; end: (seconds: number, ...keys: string[]) => void} {
  const clock = new SimulatedClock();
  const made = new LockDelays(clock);
  return {clock, delays: made, end: (seconds, ...keys) => made.observe([sessionEnded(Session.make({LockDelay: seconds * secondNs}), keys)])};
}

describe('a lock whose session ended', () => {
  it('is held back for the lock-delay of that session', () => {
    const {clock, delays: made, end} = delays();
    end(15, 'a', 'b');
    expect([made.isDelayed('a'), made.isDelayed('b'), made.isDelayed('c')]).toEqual([true, true, false]);
    clock.advance(14_999);
    expect(made.isDelayed('a')).toBe(true);
    clock.advance(1);
    expect(made.isDelayed('a')).toBe(false);
  });

  it('is held back for a minute at most, and not at all when the delay is zero', () => {
    const {clock, delays: made, end} = delays();
    end(3600, 'long');
    end(0, 'none');
    expect(made.isDelayed('none')).toBe(false);
    clock.advance(59_999);
    expect(made.isDelayed('long')).toBe(true);
    clock.advance(1);
    expect(made.isDelayed('long')).toBe(false);
  });

  it('may be taken at once after a restore: it was taken away in another state', () => {
    const {delays: made, end} = delays();
    end(10, 'k');
    made.clear();
    expect(made.isDelayed('k')).toBe(false);
  });

  it('is what applying the end of a session tells, on every server', async () => {
    const {delays: made} = delays();
    const registry = new Registry();
    registry.observe = (facts) => made.observe(facts);
    await registry.node('n1');
    await registry.create({ID: idOf(1), Node: 'n1', LockDelay: 15 * secondNs});
    await registry.lock('k', idOf(1));
    expect(made.isDelayed('k')).toBe(false);
    await registry.deregister('n1');
    expect(made.isDelayed('k')).toBe(true);
  });
});

describe('delays that are over', () => {
  it('are forgotten as sessions go on ending', () => {
    const {clock, delays: made, end} = delays();
    for (let n = 0; n < 1000; n++) {
      end(1, `k${n}`);
      clock.advance(100);
    }
    expect(made.size).toBeLessThanOrEqual(11);
  });

  it('stay behind a longer one for its minute only', () => {
    const {clock, delays: made, end} = delays();
    end(60, 'long');
    for (let n = 0; n < 10; n++) end(1, `k${n}`);
    clock.advance(59_000);
    end(1, 'last');
    expect(made.size).toBe(12);
    clock.advance(1000);
    end(0);
    expect(made.size).toBe(0);
  });
});
