import {expect, test} from 'vitest';
import {runGossipSeed} from './run-seed.ts';
import seedsOnceFailed from './seeds.json' with {type: 'json'};

const short = {membersMax: 16, quietMs: 600_000, partitionMsMax: 600_000};

// The long form is test/soak/gossip-sim.ts.
test.each([1, 2, 3, 4])('a pool on a bad network, with slow members, a crash and a partition: seed %i', {timeout: 120_000}, (seed) => {
  expect(runGossipSeed(seed, short).simulatedMs).toBeGreaterThan(short.quietMs);
});

test('the pools that once went wrong', {timeout: 300_000}, () => {
  for (const {seed, ...run} of seedsOnceFailed) runGossipSeed(seed, run);
});
