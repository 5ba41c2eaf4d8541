import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {killNine} from './kill-nine.ts';

// The long form is `npm run soak`.
test('servers that are killed under load lose nothing they acknowledged, and every history is linearizable', async () => {
  const program = resolve(import.meta.dirname, '../../bin/consul');
  const result = await killNine({program, seconds: 45, seed: 1, clients: 6});
  expect(result).toMatchObject({lost: [], notLinearizable: []});
  expect(result.kills).toBeGreaterThan(3);
  expect(result.acknowledged).toBeGreaterThan(100);
}, 400_000);
