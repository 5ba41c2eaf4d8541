/**
 * Ten minutes in one pool: agents of ours, and of a real Consul (CONSUL_PEER) and Debian's serf where they are at hand.
 * Nobody may suspect anybody. Usage: node test/soak/gossip-pool.ts [seconds]
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
const reportEveryMs = 60_000;
const serfPath = '/usr/bin/serf';
/** What an agent's log says when it, or another, doubts a member. */
const doubt = /Suspect \S+ has failed|EventMemberFailed|Refuting|as failed, suspect timeout/;

const folder = await mkdtemp(join(tmpdir(), 'gossip-pool-'));
const programs = [ours, ours, ours, ...(peer === undefined ? [] : [peer, peer])];
const agents = programs.map((_, i) => new AgentProcess(`${network}.${i + 1}`, join(folder, String(i + 1))));
const [server] = agents as [AgentProcess];
let serf: ChildProcess | undefined;
try {
  await Promise.all(agents.map((agent, i) => agent.start(programs[i] ?? ours, ...(i === 0 ? ['-server', '-bootstrap'] : [`-retry-join=${server.address}`]))));
  if (existsSync(serfPath)) serf = spawn(serfPath, ['agent', '-node=serf', `-bind=${network}.9:7946`, `-rpc-addr=${network}.9:7373`, `-retry-join=${server.address}:8301`, '-retry-interval=1s'], {stdio: 'ignore'});
  const members = agents.length + (serf === undefined ? 0 : 1);
  for (const agent of agents) await agent.until('/v1/agent/members', (body) => [...body.matchAll(/"Status": ?1\b/g)].length === members);
  process.stdout.write(`${members} members: ${programs.filter((program) => program === ours).length} of ours, ${peer === undefined ? 'no' : '2 of a'} real Consul, ${serf === undefined ? 'no' : 'one'} serf\n`);
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    await pause(Math.min(reportEveryMs, endMs - performance.now()));
    for (const agent of agents) {
      const line = agent.log.split('\n').find((text) => doubt.test(text));
      if (line !== undefined) throw new Error(`${agent.address}: ${line}`);
    }
    process.stdout.write(`${Math.round(seconds - (endMs - performance.now()) / 1000)} s without a doubt\n`);
  }
} finally {
  await Promise.all(agents.map((agent) => agent.kill()));
  if (serf !== undefined && serf.exitCode === null) {
    serf.kill('SIGKILL');
    await once(serf, 'exit');
  }
  await rm(folder, {recursive: true, force: true});
}
