import {readFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';
import {settledStates} from './settled-states.ts';

/**
 * Prints in which records the snapshots of servers differ, whoever made these: nothing and 0 when they are equal, else 1.
 *
 *     node test/interop/mixed/compare-snapshots.ts [--older] [--within=20] 127.0.0.1:8500 other.tgz …
 *
 * Servers are asked by HTTP, each for its own state, again and again until the last entries have reached all of them or
 * the seconds of `--within` are over; what is a file is read. `--older`: one of them is older than 1.21.
 */

const requestTimeoutMs = 30_000;

const {values, positionals: sources} = parseArgs({
  allowPositionals: true,
  options: {older: {type: 'boolean', default: false}, within: {type: 'string', default: '20'}},
});

async function archiveOf(source: string): Promise<Buffer> {
  if (!/^[\w.[\]:-]+:\d+$/.test(source)) return readFile(source);
  const response = await fetch(`http://${source}/v1/snapshot?stale`, {signal: AbortSignal.timeout(requestTimeoutMs)});
  if (!response.ok) throw new Error(`${source}: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

if (sources.length < 2) throw new Error('at least two servers or archives are to be compared');
const {different} = await settledStates(sources.map((name) => ({name, archive: () => archiveOf(name)})), values, Number(values.within) * 1000);
for (const line of different) console.log(line);
process.exitCode = different.length === 0 ? 0 : 1;
