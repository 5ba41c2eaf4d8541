// Durable writes a second of one server on its real disk: `node test/bench/raft-log.ts [seconds] [rounds]`.
import {inFolder, soleConfiguration, startServer} from '../raft/driver/single-server.ts';

const seconds = Number(process.argv[2] ?? 2);
const rounds = Number(process.argv[3] ?? 5);
const value = Buffer.alloc(128, 'v');

async function rate(proposers: number): Promise<number> {
  return inFolder(async (folder) => {
    const {node, fsm} = await startServer(folder, {snapshotIntervalMs: 3_600_000});
    await node.bootstrap(soleConfiguration);
    await node.barrier();
    fsm.applyBatch = (entries) => entries.map(() => undefined);
    const endMs = performance.now() + seconds * 1000;
    const startMs = performance.now();
    let done = 0;
    await Promise.all(
      Array.from({length: proposers}, async () => {
        while (performance.now() < endMs) {
          await node.propose(value);
          done++;
        }
      }),
    );
    const perSecond = (done * 1000) / (performance.now() - startMs);
    await node.close();
    return perSecond;
  });
}

for (const proposers of [1, 64, 512]) {
  const rates: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let round = 0; round < rounds; round++) rates.push(await rate(proposers));
  const cpu = process.cpuUsage(cpuBefore);
  rates.sort((a, b) => a - b);
  const median = rates[rates.length >> 1] ?? 0;
  const spread = `${Math.round(rates[0] ?? 0)} to ${Math.round(rates.at(-1) ?? 0)}`;
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const perCpu = Math.round((median * seconds * rounds) / cpuSeconds);
  console.log(`${proposers} proposers: ${Math.round(median)} durable writes a second (${spread}), ${perCpu} a CPU-second`);
}
