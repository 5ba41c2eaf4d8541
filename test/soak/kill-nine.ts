/**
 * Three servers as real processes; random ones are killed with signal 9 under load and started again. Afterwards every
 * acknowledged write must be on every server, and the history of each key must be linearizable.
 * Usage: node test/soak/kill-nine.ts [seconds, default 600] [seed]      CONSUL=/path/to/program
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {type Random, seededRandom} from '../../src/runtime/random.ts';
import {KvWorkload} from './kv-workload.ts';
import {isLinearizable} from './linearizability.ts';
import {SoakCluster, type SoakServer} from './soak-cluster.ts';

export interface KillNineOptions {
  readonly program: string;
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  /** Keeps the folder with data and logs. */
  readonly keep?: boolean;
}

export interface KillNineResult {
  readonly kills: number;
  readonly operations: number;
  readonly unknown: number;
  readonly acknowledged: number;
  readonly histories: number;
  readonly longestWithoutWriteMs: number;
  /** What must be empty: acknowledged keys that some server lacks, and keys whose history no register could show. */
  readonly lost: readonly string[];
  readonly notLinearizable: readonly string[];
}

// Small enough that snapshots, and followers that catch up by one, are part of every run.
const config = `performance { raft_multiplier = 1 } raft_snapshot_threshold = 300 raft_snapshot_interval = "1s" raft_trailing_logs = 50
  autopilot { min_quorum = 3 } limits { http_max_conns_per_client = 2000 }`;
const settleMsMax = 120_000;
const recoveryMsMax = 20_000;

export async function killNine(options: KillNineOptions): Promise<KillNineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'kill-nine-'));
  const cluster = new SoakCluster({program: options.program, folder, config});
  const random = seededRandom(options.seed);
  try {
    cluster.start();
    await cluster.settled(settleMsMax);
    const workload = new KvWorkload(cluster.servers, random);
    workload.start(options.clients);
    const kills = await killAtRandom(cluster, random, performance.now() + options.seconds * 1000);
    await workload.stop();
    await cluster.settled(settleMsMax);
    const lost = await lostKeys(cluster, workload.acknowledged);
    if (options.keep === true) writeFileSync(join(folder, 'histories.json'), JSON.stringify([...workload.histories]));
    const notLinearizable = [...workload.histories].filter(([, history]) => !isLinearizable(history)).map(([key]) => key);
    const {operations, unknown, acknowledged, histories, longestWithoutWriteMs} = workload;
    return {kills, operations, unknown, acknowledged: acknowledged.size, histories: histories.size, longestWithoutWriteMs, lost, notLinearizable};
  } finally {
    await cluster.stop();
    if (options.keep === true) process.stdout.write(`data and logs are in ${folder}\n`);
    else rmSync(folder, {recursive: true, force: true});
  }
}

/** Mostly the leader, now and then two at a time. Returns how many were killed; all run again at the end. */
async function killAtRandom(cluster: SoakCluster, random: Random, untilMs: number): Promise<number> {
  let kills = 0;
  const restarts: Promise<void>[] = [];
  while (performance.now() < untilMs) {
    // Mostly the cluster gets on its feet again first: servers that are never a quorum acknowledge nothing that could be lost.
    if (random.float() < 0.8) await ledAgain(cluster, performance.now() + recoveryMsMax);
    await pause(1500 + random.float() * 3500);
    for (let count = random.float() < 0.15 ? 2 : 1; count > 0; count--) {
      const leader = random.float() < 0.6 ? await cluster.leader() : undefined;
      const server = leader ?? cluster.servers[random.below(cluster.servers.length)];
      if (server?.isRunning !== true) continue;
      kills++;
      await server.stop('SIGKILL');
      restarts.push(startAgain(server, random.float() * 3000));
    }
  }
  await Promise.all(restarts);
  return kills;
}

async function ledAgain(cluster: SoakCluster, untilMs: number): Promise<void> {
  while ((await cluster.leader()) === undefined && performance.now() < untilMs) await pause(200);
}

async function startAgain(server: SoakServer, afterMs: number): Promise<void> {
  await pause(afterMs);
  server.start();
}

async function lostKeys(cluster: SoakCluster, acknowledged: ReadonlySet<string>): Promise<string[]> {
  const lost: string[] = [];
  for (const {client, name} of cluster.servers) {
    const keys = new Set((await client.json('/v1/kv/once?keys&stale')) as string[] | undefined);
    for (const key of acknowledged) if (!keys.has(key)) lost.push(`${key} on ${name}`);
  }
  return lost;
}

if (process.argv[1] === import.meta.filename) {
  const seconds = Number(process.argv[2] ?? 600);
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
  const program = resolve(process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul'));
  process.stdout.write(`kill -9 under load for ${seconds} s, seed ${seed}\n`);
  const result = await killNine({program, seconds, seed, clients: 8, keep: process.env['KEEP'] !== undefined});
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.lost.length + result.notLinearizable.length === 0 ? 0 : 1;
}
