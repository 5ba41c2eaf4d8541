import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {catchUp} from './catch-up.ts';

// The long form, with a million writes, is `npm run soak`.
test('a follower that was away catches up by a snapshot, and nobody waits for it', async () => {
  const program = resolve(import.meta.dirname, '../../bin/consul');
  const result = await catchUp({program, writes: 4000});
  expect(result).toMatchObject({elections: [], missing: 0});
  expect(result.installed).toBeGreaterThan(0);
}, 400_000);
