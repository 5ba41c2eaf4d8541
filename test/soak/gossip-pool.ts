/**
 * Ten minutes in one pool, encrypted: five agents of ours with three of a real Consul (CONSUL_PEER) and Debian's serf
 * where they are at hand, in two datacenters with one WAN. Every minute the key is changed, every few seconds somebody
 * fires an event that all of its datacenter must hear. Nobody may suspect anybody.
 * Usage: node test/soak/gossip-pool.ts [seconds]
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {AgentProcess, ours} from '../interop/mixed/agent-process.ts';
import {peer} from '../interop/peer.ts';

const seconds = Number(process.argv[2] ?? 600);
const network = '127.23.1';
const eventEveryMs = 5000;
const eventsPerKey = 12;
const keyAttemptsMax = 5;
const serfPath = '/usr/bin/serf';
/** What an agent's log says when it, or another, doubts a member. */
const doubt = /Suspect \S+ has failed|EventMemberFailed|Refuting|as failed, suspect timeout/;

interface Placed {
  readonly agent: AgentProcess;
  readonly program: string;
  readonly datacenter: string;
  readonly isServer: boolean;
}

const folder = await mkdtemp(join(tmpdir(), 'gossip-pool-'));
const theirs = peer === undefined ? [] : [peer];
const placed: readonly Placed[] = [
  {datacenter: 'dc1', programs: [ours, ours, ours, ours, ...theirs, ...theirs]},
  {datacenter: 'dc2', programs: [...theirs, ours]},
].flatMap(({datacenter, programs}) => programs.map((program, at) => ({program, datacenter, isServer: at === 0})))
  .map((kind, at) => ({...kind, agent: new AgentProcess(`${network}.${at + 1}`, join(folder, String(at + 1)))}));
const servers = placed.filter(({isServer}) => isServer);
const [{agent: first}] = servers as [Placed];
let key = randomKey();
let serf: ChildProcess | undefined;
let fired = 0;
let keys = 0;
let repeated = 0;

try {
  await Promise.all(placed.map(start));
  if (existsSync(serfPath)) serf = startSerf();
  for (const {agent, datacenter, isServer} of placed) {
    await allAlive(agent, '/v1/agent/members', lanOf(datacenter).length + (datacenter === 'dc1' && serf !== undefined ? 1 : 0));
    if (isServer) await allAlive(agent, '/v1/agent/members?wan=1', servers.length);
  }
  print(`${placed.filter(({program}) => program === ours).length} of ours, ${placed.filter(({program}) => program !== ours).length} of a real Consul, ` +
    `${serf === undefined ? 'no' : 'one'} serf, ${servers.length} in the WAN`);
  // Nine programs that start at once on a small machine doubt each other; from here on the pool stands.
  const stoodAt = new Map(placed.map(({agent}) => [agent, agent.log.length]));
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    await pause(Math.min(eventEveryMs, Math.max(0, endMs - performance.now())));
    await fireEvent();
    if (fired % eventsPerKey === 0) await changeKey();
    for (const {agent} of placed) {
      const line = agent.log.slice(stoodAt.get(agent)).split('\n').find((text) => doubt.test(text));
      if (line !== undefined) throw new Error(`${agent.address}: ${line}`);
    }
    if (fired % eventsPerKey === 0) print(`${Math.round(seconds - (endMs - performance.now()) / 1000)} s without a doubt: ${fired} events, ${keys} new keys (${repeated} steps of theirs repeated)`);
  }
} finally {
  await Promise.all(placed.map(({agent}) => agent.kill()));
  if (serf !== undefined && serf.exitCode === null) {
    serf.kill('SIGKILL');
    await once(serf, 'exit');
  }
  await rm(folder, {recursive: true, force: true});
}

async function start({agent, program, datacenter, isServer}: Placed): Promise<void> {
  const toJoin = placed.find((other) => other.datacenter === datacenter && other.isServer)?.agent.address ?? '';
  await agent.start(program, `-encrypt=${key}`, `-datacenter=${datacenter}`, ...(isServer ? ['-server', '-bootstrap'] : [`-retry-join=${toJoin}`]),
    ...(isServer && agent !== first ? [`-retry-join-wan=${first.address}`, '-retry-interval-wan=1s'] : []));
}

function startSerf(): ChildProcess {
  return spawn(serfPath, ['agent', '-node=serf', `-bind=${network}.90:7946`, `-rpc-addr=${network}.90:7373`, `-encrypt=${key}`,
    `-retry-join=${first.address}:8301`, '-retry-interval=1s'], {stdio: 'ignore'});
}

function lanOf(datacenter: string): readonly Placed[] {
  return placed.filter((other) => other.datacenter === datacenter);
}

async function allAlive(agent: AgentProcess, path: string, count: number): Promise<void> {
  await agent.until(path, (body) => [...body.matchAll(/"Status": ?1\b/g)].length === count);
}

/** Somebody fires an event; all of its datacenter come to know it. */
async function fireEvent(): Promise<void> {
  const from = placed[fired % placed.length] as Placed;
  const name = `soak-${++fired}`;
  await from.agent.put(`/v1/event/fire/${name}`, 'x');
  for (const {agent} of lanOf(from.datacenter)) await agent.until(`/v1/event/list?name=${name}`, (body) => body.includes(name));
}

/** A new key for all pools: installed with all, used by all, and the old one is taken away. */
async function changeKey(): Promise<void> {
  const next = randomKey();
  await askPools('POST', {Key: next});
  await askPools('PUT', {Key: next});
  await askPools('DELETE', {Key: key});
  const pools = JSON.parse(await askPools('GET')) as readonly {readonly NumNodes: number; readonly Keys: Readonly<Record<string, number>>}[];
  for (const {NumNodes, Keys} of pools) {
    if (Keys[next] !== NumNodes || Object.keys(Keys).length !== 1) throw new Error(`keys after a change: ${JSON.stringify(pools)}`);
  }
  key = next;
  keys++;
}

/** Gossip tells a query to all, but for one in a few hundred members; who was not told is asked again, as operators do. */
async function askPools(method: string, body?: {readonly Key: string}): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await first.ask(method, '/v1/operator/keyring', body && JSON.stringify(body));
    } catch (error) {
      if (attempt === keyAttemptsMax || !String(error).includes('nodes reported success')) throw error;
      repeated++;
    }
  }
}

function randomKey(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
