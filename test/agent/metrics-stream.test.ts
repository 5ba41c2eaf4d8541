import {expect, it} from 'vitest';
import {metricsStream} from '../../src/agent/routes/metrics-stream.ts';
import {metricsIntervalMs} from '../../src/runtime/metrics.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

it('a stream of metrics tells them now and after each interval, to one who reads', () => {
  const clock = new SimulatedClock();
  let count = 0;
  const stream = metricsStream(() => `${++count}\n`, clock);
  const read: string[] = [];
  for (let round = 0; round < 3; round++) {
    read.push(String(stream.read()));
    clock.advance(metricsIntervalMs);
  }
  expect(read).toEqual(['1\n', '2\n', '3\n']);
  stream.destroy();
  expect(clock.pendingCount).toBe(0);
});

it('one who does not read a stream of metrics finds no more than the last ones he was told', () => {
  const clock = new SimulatedClock();
  const stream = metricsStream(() => 'metrics\n', clock);
  for (let round = 0; round < 1000; round++) clock.advance(metricsIntervalMs);
  expect(stream.readableLength).toBe('metrics\n'.length);
  stream.destroy();
});
