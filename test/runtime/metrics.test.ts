import {describe, expect, it} from 'vitest';
import {IntervalMetrics, metricsIntervalMs} from '../../src/runtime/metrics.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

/** A clock at the beginning of an interval. */
function alignedClock(): SimulatedClock {
  const clock = new SimulatedClock();
  clock.advance(metricsIntervalMs - (clock.wallMs() % metricsIntervalMs));
  return clock;
}

describe('measured values', () => {
  it('are summed up by interval, and the last whole one is shown', () => {
    const clock = alignedClock();
    const metrics = new IntervalMetrics(clock);
    const times = metrics.sampler('api.http', {method: 'GET'});
    times.add(1);
    times.add(4);
    expect(metrics.samples()).toEqual([{
      name: 'api.http', labels: {method: 'GET'}, interval: {count: 2, sum: 5, sumOfSquares: 17, min: 1, max: 4}, totalCount: 2, totalSum: 5,
    }]);
    clock.advance(metricsIntervalMs);
    times.add(9);
    expect(metrics.samples()[0]?.interval.sum).toBe(5);
    expect(metrics.shownSinceMs).toBe(clock.wallMs() - metricsIntervalMs);
    clock.advance(metricsIntervalMs);
    expect(metrics.samples()[0]?.interval.sum).toBe(9);
    clock.advance(metricsIntervalMs);
    expect(metrics.samples()).toEqual([]);
    expect(metrics.totals().samples[0]).toMatchObject({totalCount: 3, totalSum: 14});
  });

  it('of one name and the same labels are one, in order of names and labels', () => {
    const metrics = new IntervalMetrics(alignedClock());
    metrics.counter('b').add(1);
    metrics.counter('a', {kind: 'y'}).add(1);
    metrics.counter('a', {kind: 'x'}).add(1);
    metrics.counter('b').add(2);
    metrics.counter('never');
    expect(metrics.counters().map(({name, labels, interval}) => [name, labels, interval.sum])).toEqual([['a', {kind: 'x'}, 1], ['a', {kind: 'y'}, 1], ['b', {}, 3]]);
    expect(metrics.totals().counters).toHaveLength(3);
  });
});
