import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {saturate} from './saturation.ts';

// The long form, with a million keys for five minutes, is `npm run soak`.
test('servers under more load than they can serve hold no election and suspect nobody', async () => {
  const program = resolve(import.meta.dirname, '../../bin/consul');
  const result = await saturate({program, seconds: 30, keys: 20_000, multiplier: 5, clients: 60});
  expect(result).toMatchObject({elections: [], suspicions: []});
  expect(result.answersPerSecond).toBeGreaterThan(10);
}, 400_000);
