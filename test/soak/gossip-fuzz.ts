/**
 * A million mutated gossip packets and streams, encrypted and not: no crash, no hang, no growth of memory, nobody known.
 * Usage: node --expose-gc test/soak/gossip-fuzz.ts [inputs] [seed]
 */
import {GossipFuzz} from '../gossip/gossip-fuzz.ts';

const inputs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now());
const parts = 20;
/** The rings of events and queries fill up in the first parts; from then on the heap may not grow by more. */
const warmUpParts = 4;
const growthBytesMax = 8_000_000;

const collect = globalThis.gc;
if (collect === undefined) throw new Error('run with --expose-gc, or memory cannot be judged');
process.stdout.write(`seed ${seed}\n`);
const fuzz = await GossipFuzz.open(seed);
let atWarm = 0;
for (let part = 1; part <= parts; part++) {
  await fuzz.run(Math.round(inputs / parts));
  collect();
  const heapBytes = process.memoryUsage().heapUsed;
  if (part === warmUpParts) atWarm = heapBytes;
  process.stdout.write(`${fuzz.inputs} inputs, heap ${(heapBytes / 1e6).toFixed(1)} MB\n`);
  if (part > warmUpParts && heapBytes - atWarm > growthBytesMax) throw new Error(`the heap grew from ${atWarm} to ${heapBytes} bytes`);
}
await fuzz.close();
