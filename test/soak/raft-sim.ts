// Long form of the Raft simulation: `node test/soak/raft-sim.ts [runs] [first seed]`. Prints the seeds that fail.
import {runSeed} from '../sim/raft/run-seed.ts';

const runs = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? 1);
const failed: number[] = [];
let acknowledged = 0;
for (let seed = first; seed < first + runs; seed++) {
  try {
    acknowledged += runSeed(seed).acknowledged;
  } catch (error) {
    failed.push(seed);
    console.log(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  if ((seed - first + 1) % 500 === 0) console.log(`${seed - first + 1} of ${runs} runs, ${acknowledged} writes acknowledged, ${failed.length} failed`);
}
console.log(failed.length === 0 ? `${runs} runs are safe, ${acknowledged} writes acknowledged` : `failing seeds: ${JSON.stringify(failed)}`);
process.exitCode = failed.length === 0 ? 0 : 1;
