import {expect, it} from 'vitest';

import {runSeed} from './run-seed.ts';
import regressions from './seeds.json' with {type: 'json'};

it('is safe and makes progress in 200 seeded runs with faults', {timeout: 300_000}, () => {
  let acknowledged = 0;
  for (let seed = 1; seed <= 200; seed++) {
    try {
      acknowledged += runSeed(seed).acknowledged;
    } catch (error) {
      throw new Error(`seed ${seed}`, {cause: error});
    }
  }
  // Runs in which nothing is ever written would prove nothing.
  expect(acknowledged).toBeGreaterThan(200 * 50);
});

it('is safe in the runs that once failed', () => {
  for (const seed of regressions as readonly number[]) runSeed(seed);
});

it('does the same again from the same seed', () => {
  expect(runSeed(42)).toEqual(runSeed(42));
});
