import {expect, test} from 'vitest';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {TokenBucket} from '../../src/rpc/token-bucket.ts';

function taken(bucket: TokenBucket, tries: number): number {
  return Array.from({length: tries}, () => bucket.take()).filter(Boolean).length;
}

test('as many as it holds go through at once, then as many as come in', () => {
  const clock = new SimulatedClock();
  const bucket = new TokenBucket(clock, {perSecond: 2, burst: 5});
  expect(taken(bucket, 10)).toBe(5);
  clock.advance(1000);
  expect(taken(bucket, 10)).toBe(2);
  clock.advance(250);
  expect(taken(bucket, 10)).toBe(0);
  clock.advance(250);
  expect(taken(bucket, 10)).toBe(1);
  clock.advance(60_000);
  expect(taken(bucket, 10)).toBe(5);
});

test('without a limit all go through', () => {
  expect(taken(new TokenBucket(new SimulatedClock(), {perSecond: Infinity, burst: Infinity}), 1000)).toBe(1000);
});

test('of another size it keeps what it holds, as far as there is room', () => {
  const clock = new SimulatedClock();
  const bucket = new TokenBucket(clock, {perSecond: 1, burst: 10});
  expect(taken(bucket, 7)).toBe(7);
  bucket.resize({perSecond: 1, burst: 2});
  expect(taken(bucket, 10)).toBe(2);
  bucket.resize({perSecond: Infinity, burst: 0});
  expect(taken(bucket, 10)).toBe(10);
  bucket.resize({perSecond: 1, burst: 4});
  expect(taken(bucket, 10)).toBe(4);
});
