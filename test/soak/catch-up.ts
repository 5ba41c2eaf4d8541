/**
 * A follower that was away for many writes comes back and catches up by a snapshot, while the others go on as if nothing
 * had happened: a writer that never rests is not held up, and there is no election.
 * Usage: node test/soak/catch-up.ts [writes, default 1000000]      CONSUL=/path/to/program   KEEP=1 keeps data and logs
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {SoakCluster, type SoakServer} from './soak-cluster.ts';

export interface CatchUpOptions {
  readonly program: string;
  /** Log entries that the follower misses. */
  readonly writes: number;
  readonly keep?: boolean;
}

export interface CatchUpResult {
  /** From the start of its process until it held what the leader held at that time. */
  readonly caughtUpMs: number;
  readonly writesMeanwhile: number;
  /** The longest that one write took before, and during the catching up. */
  readonly slowestBeforeMs: number;
  readonly slowestMeanwhileMs: number;
  /** Snapshots that the follower took in, by its log. */
  readonly installed: number;
  readonly elections: readonly string[];
  /** Keys that the follower lacks in the end. */
  readonly missing: number;
}

const settleMsMax = 120_000;
const catchUpMsMax = 600_000;
const writers = 32;

export async function catchUp(options: CatchUpOptions): Promise<CatchUpResult> {
  const folder = mkdtempSync(join(tmpdir(), 'catch-up-'));
  const config = `raft_snapshot_threshold = ${Math.max(200, Math.floor(options.writes / 20))} raft_snapshot_interval = "1s" raft_trailing_logs = 100
    autopilot { min_quorum = 3 } limits { http_max_conns_per_client = 2000 }`;
  const cluster = new SoakCluster({program: options.program, folder, config});
  try {
    cluster.start();
    const leader = await cluster.settled(settleMsMax);
    const follower = cluster.servers.find((server) => server !== leader);
    if (follower === undefined) throw new Error('a cluster of one');
    await follower.stop('SIGKILL');
    const before = await write(leader, 'before', (done) => done >= options.writes);
    const others = cluster.servers.filter((server) => server !== follower);
    const marks = others.map((server) => server.logBytes);
    const target = (await leader.client.raftStats())?.applied ?? Infinity;
    const followerMark = follower.logBytes;
    const begunMs = performance.now();
    follower.start();
    let caughtUpMs = 0;
    const caughtUp = reached(follower, target).then(() => { caughtUpMs = Math.round(performance.now() - begunMs); });
    const meanwhile = await write(leader, 'meanwhile', () => caughtUpMs > 0);
    await caughtUp;
    await cluster.settled(settleMsMax);
    const elections = others.flatMap((server, at) => server.logSince(marks[at] ?? 0)).filter((line) => /entering (candidate|leader|follower) state/.test(line));
    const keys = await follower.client.json('/v1/kv/?keys&stale');
    const held = Array.isArray(keys) ? keys.length : 0;
    return {
      caughtUpMs,
      writesMeanwhile: meanwhile.done,
      slowestBeforeMs: before.slowestMs,
      slowestMeanwhileMs: meanwhile.slowestMs,
      installed: follower.logSince(followerMark).filter((line) => line.includes('snapshot installed')).length,
      elections,
      missing: before.keys + meanwhile.keys - held,
    };
  } finally {
    await cluster.stop();
    if (options.keep === true) process.stdout.write(`data and logs are in ${folder}\n`);
    else rmSync(folder, {recursive: true, force: true});
  }
}

/** Writes at the leader until `enough`; a key is written again after a while, so that the state stays smaller than the log. */
async function write(leader: SoakServer, prefix: string, enough: (done: number) => boolean): Promise<{done: number; keys: number; slowestMs: number}> {
  let done = 0;
  let slowestMs = 0;
  const keys = new Set<string>();
  await Promise.all(Array.from({length: writers}, async (_, n) => {
    for (let at = 0; !enough(done); at++) {
      const key = `${prefix}/${n}/${at % 500}`;
      const begunMs = performance.now();
      const {status, text} = await leader.client.call('PUT', `/v1/kv/${key}`, 'x'.repeat(200));
      if (status !== 200) throw new Error(`a write failed: ${status} ${text}`);
      slowestMs = Math.max(slowestMs, Math.round(performance.now() - begunMs));
      keys.add(key);
      done++;
    }
  }));
  return {done, keys: keys.size, slowestMs};
}

async function reached(server: SoakServer, index: number): Promise<void> {
  const untilMs = performance.now() + catchUpMsMax;
  while (((await server.client.raftStats())?.applied ?? 0) < index) {
    if (performance.now() > untilMs) throw new Error(`the follower did not catch up within ${catchUpMsMax / 1000} s`);
    await pause(50);
  }
}

if (process.argv[1] === import.meta.filename) {
  const writes = Number(process.argv[2] ?? 1_000_000);
  const program = resolve(process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul'));
  process.stdout.write(`a follower is away for ${writes} writes\n`);
  const result = await catchUp({program, writes, keep: process.env['KEEP'] !== undefined});
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.elections.length + result.missing === 0 && result.installed > 0 ? 0 : 1;
}
