import fc from 'fast-check';
import {expect, test} from 'vitest';
import {callTimeoutMs} from '../../src/rpc/call-times.ts';
import {RequestEnvelope} from '../../src/rpc/request-envelope.ts';
import {RetryPacer} from '../../src/rpc/retry-pacer.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

const times = {clientTimeoutMs: 60_000, holdTimeoutMs: 7000, defaultQueryTimeMs: 300_000, maxQueryTimeMs: 600_000};

/** Runs all tries of one call in simulated time; gives the moments at which they were made. */
async function tries(pacer: RetryPacer, clock: SimulatedClock): Promise<number[]> {
  const moments: number[] = [];
  for (;;) {
    const again = pacer.wait();
    const before = clock.nowMs();
    while (clock.pendingCount > 0) clock.advance(1);
    if (!(await again)) return moments;
    expect(clock.nowMs()).toBeGreaterThanOrEqual(before);
    moments.push(clock.nowMs());
  }
}

test('waits never get shorter, and end with the hold time', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), async (seed) => {
    const clock = new SimulatedClock();
    const moments = await tries(new RetryPacer(clock, seededRandom(seed), 7000, 0), clock);
    const waits = moments.map((moment, at) => moment - (moments[at - 1] ?? 0));
    // The simulated clock moves by whole milliseconds here.
    expect(waits.every((wait, at) => at === 0 || wait >= (waits[at - 1] ?? 0) - 1)).toBe(true);
    expect(waits[0]).toBeLessThanOrEqual(438);
    expect(moments.at(-2) ?? 0).toBeLessThanOrEqual(7000);
    expect(moments.at(-1)).toBeGreaterThanOrEqual(7000);
  }), {numRuns: 50});
});

test('whoever gives up does not wait', async () => {
  const clock = new SimulatedClock();
  const giveUp = new AbortController();
  const waiting = new RetryPacer(clock, seededRandom(1), 7000, 0).wait(giveUp.signal);
  giveUp.abort();
  expect(await waiting).toBe(false);
  expect(clock.pendingCount).toBe(0);
  expect(await new RetryPacer(clock, seededRandom(1), 7000, 0).wait(giveUp.signal)).toBe(false);
});

test('an answer is waited for as long as the query may block, and the hold time', () => {
  const blocking = RequestEnvelope.make({MinQueryIndex: 5});
  expect(callTimeoutMs(times, 'read', RequestEnvelope.zero())).toBe(60_000);
  expect(callTimeoutMs(times, 'write', blocking)).toBe(60_000);
  expect(callTimeoutMs(times, 'read', blocking)).toBe(300_000 * (17 / 16) + 7000);
  expect(callTimeoutMs(times, 'read', {...blocking, MaxQueryTime: 16e9})).toBe(24_000);
  expect(callTimeoutMs(times, 'read', {...blocking, MaxQueryTime: 7200e9})).toBe(600_000 * (17 / 16) + 7000);
});
