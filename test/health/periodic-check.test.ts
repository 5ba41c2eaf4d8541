import {setImmediate as nextTurn} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {type CheckResult} from '../../src/health/check-result.ts';
import {PeriodicCheck} from '../../src/health/periodic-check.ts';
import {ThresholdGate} from '../../src/health/thresholds.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {heard, keptLog} from './health-fixture.ts';

const INTERVAL_MS = 10_000;
const noThresholds = {successBeforePassing: 0, failuresBeforeWarning: 0, failuresBeforeCritical: 0};

/** A check whose runs end when the test says so. */
function checkByHand(seed = 1) {
  const clock = new SimulatedClock();
  const {said, notify} = heard();
  const runs: {readonly atMs: number; readonly signal: AbortSignal; readonly end: PromiseWithResolvers<CheckResult>}[] = [];
  const probe = {
    run: (signal: AbortSignal) => {
      const end = Promise.withResolvers<CheckResult>();
      runs.push({atMs: clock.nowMs(), signal, end});
      return end.promise;
    },
  };
  const check = new PeriodicCheck(probe, new ThresholdGate('web', noThresholds, notify, keptLog()), INTERVAL_MS, clock, seededRandom(seed));
  return {clock, said, runs, check};
}

describe('a check that runs again and again', () => {
  test('runs first at a random moment of its interval', () => {
    const firstRuns = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const {clock, runs, check} = checkByHand(seed);
      check.start();
      clock.advance(INTERVAL_MS);
      return runs[0]?.atMs ?? -1;
    });
    for (const atMs of firstRuns) expect(atMs).toBeGreaterThanOrEqual(0);
    for (const atMs of firstRuns) expect(atMs).toBeLessThan(INTERVAL_MS);
    expect(new Set(firstRuns.map((atMs) => Math.floor(atMs / 1_000))).size).toBeGreaterThan(3);
  });

  test('waits its interval from the end of a run, so that runs never overlap', async () => {
    const {clock, said, runs, check} = checkByHand();
    check.start();
    clock.advance(INTERVAL_MS);
    clock.advance(5 * INTERVAL_MS);
    expect(runs).toHaveLength(1);
    runs[0]?.end.resolve({status: 'passing', output: 'slow'});
    await nextTurn();
    expect(said).toEqual(['passing: slow']);
    clock.advance(INTERVAL_MS - 1);
    expect(runs).toHaveLength(1);
    clock.advance(1);
    expect(runs).toHaveLength(2);
  });

  test('says that it is critical, and goes on, when a probe fails by a fault of ours', async () => {
    const {clock, said, runs, check} = checkByHand();
    check.start();
    clock.advance(INTERVAL_MS);
    runs[0]?.end.reject(new Error('a bug'));
    await nextTurn();
    expect(said).toEqual(['critical: a bug']);
    clock.advance(INTERVAL_MS);
    expect(runs).toHaveLength(2);
  });

  test('once stopped it says nothing more, ends its run and leaves no timer', async () => {
    const {clock, said, runs, check} = checkByHand();
    check.start();
    clock.advance(INTERVAL_MS);
    check.stop();
    expect(runs[0]?.signal.aborted).toBe(true);
    runs[0]?.end.resolve({status: 'passing', output: 'too late'});
    await nextTurn();
    expect(said).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  test('starting twice is starting once', () => {
    const {clock, runs, check} = checkByHand();
    check.start();
    check.start();
    clock.advance(INTERVAL_MS);
    expect(runs).toHaveLength(1);
  });
});
