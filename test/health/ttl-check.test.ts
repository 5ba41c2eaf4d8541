import {describe, expect, test} from 'vitest';
import {TtlCheck} from '../../src/health/ttl-check.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {heard, keptLog} from './health-fixture.ts';

const TTL_MS = 30_000;

function ttlCheck({outputBytesMax = 4_096, holdPolls = false} = {}) {
  const clock = new SimulatedClock();
  const {said, notify} = heard();
  const waiting: (() => void)[] = [];
  const log = keptLog();
  const check = new TtlCheck({checkId: 'web', ttlMs: TTL_MS, outputBytesMax, notify, clock, polls: {afterPoll: (then) => (holdPolls ? void waiting.push(then) : then())}, log});
  return {clock, said, check, waiting, log};
}

describe('a TTL check', () => {
  test('turns critical a TTL after its start, and says so once', () => {
    const {clock, said, check, log} = ttlCheck();
    check.start();
    clock.advance(TTL_MS - 1);
    expect(said).toEqual([]);
    clock.advance(10 * TTL_MS);
    expect(said).toEqual(['critical: TTL expired']);
    expect(log.lines).toEqual(['WARN Check missed TTL, is now critical']);
  });

  test('each update starts the TTL anew; the last output is told when it runs out', () => {
    const {clock, said, check} = ttlCheck();
    check.start();
    clock.advance(TTL_MS - 1);
    check.update('passing', 'all well');
    clock.advance(TTL_MS - 1);
    check.update('warning', 'so so');
    clock.advance(TTL_MS - 1);
    expect(said).toEqual(['passing: all well', 'warning: so so']);
    clock.advance(1);
    expect(said.at(-1)).toBe('critical: TTL expired (last output before timeout follows): so so');
  });

  test('an update after the end brings it back to life', () => {
    const {clock, said, check} = ttlCheck();
    check.start();
    clock.advance(TTL_MS);
    check.update('passing', '');
    clock.advance(TTL_MS);
    expect(said).toEqual(['critical: TTL expired', 'passing: ', 'critical: TTL expired']);
  });

  test('an update that had reached this machine when the time was up comes before the end', () => {
    const {clock, said, check, waiting} = ttlCheck({holdPolls: true});
    check.start();
    clock.advance(TTL_MS);
    check.update('passing', 'just in time');
    while (waiting.length > 0) waiting.shift()?.();
    expect(said).toEqual(['passing: just in time']);
    clock.advance(TTL_MS);
    while (waiting.length > 0) waiting.shift()?.();
    expect(said.at(-1)).toMatch(/^critical: TTL expired/);
  });

  test('of a long output the first bytes are kept, with a note', () => {
    const {said, check} = ttlCheck({outputBytesMax: 10});
    expect(check.update('passing', 'x'.repeat(10))).toBe('x'.repeat(10));
    expect(check.update('passing', 'x'.repeat(25))).toBe('xxxxxxxxxx ... (captured 10 of 25 bytes)');
    expect(check.update('passing', 'é'.repeat(25))).toBe('ééééé ... (captured 10 of 50 bytes)');
    expect(said).toHaveLength(3);
  });

  test('once stopped it never expires, not even when the end was on its way', () => {
    const {clock, said, check, waiting} = ttlCheck({holdPolls: true});
    check.start();
    clock.advance(TTL_MS);
    check.stop();
    while (waiting.length > 0) waiting.shift()?.();
    clock.advance(TTL_MS);
    expect(said).toEqual([]);
  });

  test('updated before it is started, it starts no timer', () => {
    const {clock, said, check} = ttlCheck();
    check.update('passing', 'early');
    clock.advance(2 * TTL_MS);
    expect(said).toEqual(['passing: early']);
  });
});
