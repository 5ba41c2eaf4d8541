import {expect, test} from 'vitest';
import {DeadlineTimer} from '../../src/runtime/deadline-timer.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

function timed(): {clock: SimulatedClock; timer: DeadlineTimer; due: number[]; at: (ms: number) => void} {
  const clock = new SimulatedClock();
  const due: number[] = [];
  let deadlineMs = Infinity;
  const timer = new DeadlineTimer(clock, () => deadlineMs, () => {
    due.push(clock.nowMs());
    deadlineMs = Infinity;
  });
  return {clock, timer, due, at: (ms) => {
    deadlineMs = ms;
    timer.look();
  }};
}

test('a deadline that moves away is due when it comes, and is not set anew until then', () => {
  const {clock, due, at} = timed();
  for (const ms of [10, 20, 30]) at(ms);
  expect(clock.pendingCount).toBe(1);
  clock.advance(29);
  expect(due).toEqual([]);
  clock.advance(1);
  expect(due).toEqual([30]);
});

test('one that comes nearer is due then, once', () => {
  const {clock, due, at} = timed();
  at(30);
  at(10);
  clock.advance(100);
  expect([due, clock.pendingCount]).toEqual([[10], 0]);
});

test('a cancelled one is not due, and the next look finds it again', () => {
  const {clock, timer, due, at} = timed();
  at(10);
  timer.cancel();
  clock.advance(5);
  expect(clock.pendingCount).toBe(0);
  timer.look();
  clock.advance(5);
  expect(due).toEqual([10]);
});

test('times that no sum of floating point hits are due all the same', () => {
  const {clock, due, at} = timed();
  for (let step = 0; step < 1000; step++) {
    clock.advance(0.1 + step / 7);
    at(clock.nowMs() + step / 3 + 0.7);
    clock.advance(step + 1);
    expect(due).toHaveLength(step + 1);
  }
});
