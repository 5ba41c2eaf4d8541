/**
 * Three servers with many keys under more HTTP load than they can serve: leadership must stay where it is, and no member
 * may be suspected by the others. Prints how late the servers' loops were and how long their collectors paused them.
 * Usage: node test/soak/saturation.ts [seconds, default 300] [keys, default 1000000] [raft_multiplier, default 5]
 *        CONSUL=/path/to/program   KEEP=1 keeps data and logs
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {type Random, seededRandom} from '../../src/runtime/random.ts';
import {SoakCluster, type SoakServer} from './soak-cluster.ts';

export interface SaturationOptions {
  readonly program: string;
  readonly seconds: number;
  readonly keys: number;
  readonly multiplier: number;
  readonly clients: number;
  readonly keep?: boolean;
}

export interface SaturationResult {
  readonly loadSeconds: number;
  readonly answersPerSecond: number;
  readonly failures: number;
  /** Lines of the logs that tell of an election, and of a member in doubt: there must be none. */
  readonly elections: readonly string[];
  readonly suspicions: readonly string[];
  readonly delays: Readonly<Record<string, unknown>>;
}

const settleMsMax = 180_000;
const valueBytes = 100;
const keysPerTransaction = 64;
const keysPerFolder = 1000;

export async function saturate(options: SaturationOptions): Promise<SaturationResult> {
  const folder = mkdtempSync(join(tmpdir(), 'saturation-'));
  const config = `performance { raft_multiplier = ${options.multiplier} } limits { http_max_conns_per_client = 5000 }`;
  const cluster = new SoakCluster({program: options.program, folder, config, monitored: true});
  const random = seededRandom(1);
  try {
    cluster.start();
    const leader = await cluster.settled(settleMsMax);
    const begunMs = performance.now();
    await load(leader, options.keys);
    const loadSeconds = Math.round((performance.now() - begunMs) / 100) / 10;
    for (const server of cluster.servers) await server.delays();
    const marks = cluster.servers.map((server) => server.logBytes);
    const {answers, failures} = await press(cluster.servers, options, random);
    const lines = cluster.servers.flatMap((server, at) => server.logSince(marks[at] ?? 0).map((line) => `${server.name} ${line}`));
    const delays: Record<string, unknown> = {};
    for (const server of cluster.servers) delays[server === leader ? `${server.name} (leader)` : server.name] = await server.delays();
    return {
      loadSeconds,
      answersPerSecond: Math.round(answers / options.seconds),
      failures,
      elections: lines.filter((line) => /entering (candidate|leader|follower) state/.test(line)),
      suspicions: lines.filter((line) => /Suspect|suspect message|EventMemberFailed/.test(line)),
      delays,
    };
  } finally {
    await cluster.stop();
    if (options.keep === true) process.stdout.write(`data and logs are in ${folder}\n`);
    else rmSync(folder, {recursive: true, force: true});
  }
}

const keyOf = (n: number): string => `big/${Math.floor(n / keysPerFolder)}/${n}`;

/** Fills the keyspace through the leader, by transactions. */
async function load({client}: SoakServer, keys: number): Promise<void> {
  const Value = Buffer.alloc(valueBytes, 'x').toString('base64');
  let next = 0;
  await Promise.all(Array.from({length: 8}, async () => {
    while (next < keys) {
      const first = next;
      next += keysPerTransaction;
      const operations = Array.from({length: Math.min(keysPerTransaction, keys - first)}, (_, at) => ({KV: {Verb: 'set', Key: keyOf(first + at), Value}}));
      const {status, text} = await client.call('PUT', '/v1/txn', JSON.stringify(operations), 60_000);
      if (status !== 200) throw new Error(`loading keys failed: ${status} ${text.slice(0, 200)}`);
    }
  }));
}

/** Clients that never rest: writes and reads through all servers, and now and then a list of a thousand keys. */
async function press(servers: readonly SoakServer[], {seconds, keys, clients}: SaturationOptions, random: Random): Promise<{answers: number; failures: number}> {
  const untilMs = performance.now() + seconds * 1000;
  let answers = 0;
  let failures = 0;
  const body = 'y'.repeat(valueBytes);
  const one = async (server: SoakServer): Promise<void> => {
    const key = keyOf(random.below(keys));
    const chance = random.float();
    const call = chance < 0.5 ? server.client.call('PUT', `/v1/kv/${key}`, body)
      : chance < 0.98 ? server.client.call('GET', `/v1/kv/${key}`)
        : server.client.call('GET', `/v1/kv/${key.slice(0, key.lastIndexOf('/') + 1)}?recurse`);
    const {status} = await call;
    answers++;
    if (status !== 200) failures++;
  };
  await Promise.all(Array.from({length: clients}, async (_, n) => {
    const server = servers[n % servers.length];
    while (server !== undefined && performance.now() < untilMs) await one(server).catch(() => void failures++);
  }));
  return {answers, failures};
}

if (process.argv[1] === import.meta.filename) {
  const [seconds, keys, multiplier] = [Number(process.argv[2] ?? 300), Number(process.argv[3] ?? 1_000_000), Number(process.argv[4] ?? 5)];
  const program = resolve(process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul'));
  process.stdout.write(`three servers with ${keys} keys under saturating load for ${seconds} s, raft_multiplier ${multiplier}\n`);
  const result = await saturate({program, seconds, keys, multiplier, clients: 96, keep: process.env['KEEP'] !== undefined});
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.elections.length + result.suspicions.length === 0 ? 0 : 1;
}
