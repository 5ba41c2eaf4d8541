import {expect, test} from 'vitest';
import {GossipFuzz} from './gossip-fuzz.ts';

// The long form, a million with a look at memory, is test/soak/gossip-fuzz.ts.
test('mutated packets and streams, plain and encrypted, change no membership, hang nothing and flood no log', {timeout: 120_000}, async () => {
  const fuzz = await GossipFuzz.open(1);
  await fuzz.run(30_000);
  expect(fuzz.inputs).toBe(30_000);
  await fuzz.close();
});
