import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {peer, peerIsAtLeast} from '../peer.ts';
import {type AgentProcess, ours} from './agent-process.ts';
import {agentAt, testFolder, threeHosts, twoHosts} from './hosts.ts';
import {alive, has} from './answers.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const otherKey = Buffer.alloc(32, 9).toString('base64');
const staying = '-hcl=leave_on_terminate = false';
const quick = ['-hcl=performance { raft_multiplier = 1 leave_drain_time = "1s" }', '-hcl=autopilot { server_stabilization_time = "1s" }'];
const often = ['-hcl=raft_snapshot_threshold = 30', '-hcl=raft_snapshot_interval = "1s"', '-hcl=raft_trailing_logs = 10'];

const leads = (server: AgentProcess): Promise<string> => server.until('/v1/status/leader', has(':8300'));

interface Checked {
  readonly Status: string;
  readonly Output: string;
  readonly Notes: string;
}

interface Registered {
  readonly Port: number;
  readonly Tags: readonly string[];
  readonly Meta: Readonly<Record<string, string>>;
}

const dataOf = ({folder}: AgentProcess): string => join(folder, 'data');
const nodeIdOf = (agent: AgentProcess): string => readFileSync(join(dataOf(agent), 'node-id'), 'utf8').trim();

/** Which files there are, and what is in them. */
function contents(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
    .sort();
}

async function checksOf(agent: AgentProcess): Promise<Readonly<Record<string, Checked>>> {
  return JSON.parse(await agent.get('/v1/agent/checks')) as Record<string, Checked>;
}

async function servicesOf(agent: AgentProcess): Promise<Readonly<Record<string, Registered>>> {
  return JSON.parse(await agent.get('/v1/agent/services')) as Record<string, Registered>;
}

/** When the catalog got this service: another number would mean that it was taken out meanwhile. */
async function createdAt(server: AgentProcess, service: string): Promise<number | undefined> {
  const {Services} = JSON.parse(await server.get('/v1/catalog/node/host2')) as {readonly Services: Readonly<Record<string, {readonly CreateIndex: number}>>};
  return Services[service]?.CreateIndex;
}

/** What the client agent was told by the story, whoever runs on its folder now. */
async function demandAllThere(server: AgentProcess, client: AgentProcess, output: string): Promise<void> {
  // Nobody tells it where the others are: Serf's snapshot does, and the keyring opens their messages.
  for (const agent of [server, client]) await agent.until('/v1/agent/members', alive(2));
  expect((await servicesOf(client))['web1']).toMatchObject({Port: 80, Tags: ['a'], Meta: {k: 'v'}});
  const checks = await checksOf(client);
  expect(checks['web-ttl']).toMatchObject({Status: 'passing', Output: output});
  expect(checks['node-ttl']).toMatchObject({Status: 'warning', Output: 'so so'});
  expect(checks['_service_maintenance:web1']).toMatchObject({Status: 'critical', Notes: 'why'});
  await server.until('/v1/health/node/host2', has(/"serfHealth".*"passing"/s));
  await server.until('/v1/health/node/host2', has(output));
}

describe.runIf(peer !== undefined)('in place, a real Consul and this program follow one another', () => {
  const theirs = peer ?? '';

  test('as a client agent: nothing is lost, and nothing leaves the catalog', async () => {
    const [server, client] = twoHosts('127.41.11', await testFolder());
    await server.start(theirs, '-server', '-bootstrap', `-encrypt=${key}`);
    await client.start(theirs, `-retry-join=${server.address}`, `-encrypt=${key}`, staying);
    await client.until('/v1/status/leader', has(':8300'));
    await client.put('/v1/agent/service/register', '{"Name":"web","ID":"web1","Tags":["a"],"Port":80,"Meta":{"k":"v"},"Check":{"CheckID":"web-ttl","TTL":"1h"}}');
    await client.put('/v1/agent/check/register', '{"ID":"node-ttl","Name":"n","TTL":"1h"}');
    await client.put('/v1/agent/check/pass/web-ttl?note=well');
    await client.put('/v1/agent/check/warn/node-ttl?note=so+so');
    await client.put('/v1/agent/service/maintenance/web1?enable=true&reason=why');
    for (const verb of ['POST', 'PUT']) await server.ask(verb, '/v1/operator/keyring', JSON.stringify({Key: otherKey}));
    await server.until('/v1/operator/keyring', has(new RegExp(`"PrimaryKeys":\\s*\\{\\s*"${otherKey.replaceAll(/[+/]/g, '.')}": ?2`)));
    const id = nodeIdOf(client);
    await server.until('/v1/health/node/host2', has('so so'));
    const created = await createdAt(server, 'web1');
    expect(created).toBeDefined();

    await client.kill();
    await client.start(ours, staying);
    await demandAllThere(server, client, 'well');
    expect(nodeIdOf(client)).toBe(id);
    await client.put('/v1/agent/check/pass/web-ttl?note=better');
    await client.put('/v1/agent/service/register', '{"Name":"added","Port":81}');
    await server.until('/v1/catalog/services', has('"added"'));
    expect(await createdAt(server, 'web1')).toBe(created);

    await client.kill();
    await client.start(theirs, staying);
    await demandAllThere(server, client, 'better');
    expect(nodeIdOf(client)).toBe(id);
    expect(await createdAt(server, 'web1')).toBe(created);
    // Old versions cannot read definitions that later ones wrote, this program's or Consul's own.
    if (peerIsAtLeast(21)) expect((await servicesOf(client))['added']).toMatchObject({Port: 81});
  }, 120_000);

  test('as a lone server: by a snapshot; on the other\'s log neither starts, and nothing is touched', async () => {
    const server = agentAt('127.41.12.1', join(await testFolder(), '1'));
    const begin = (program: string): Promise<void> => server.start(program, '-server', '-bootstrap', ...quick, ...often);
    const data = dataOf(server);
    const raft = join(data, 'raft');
    const refused = async (program: string, text: string): Promise<void> => {
      const [before, logged] = [contents(raft), server.log.length];
      await begin(program);
      expect(await server.ended()).toBe(1);
      expect(server.log.slice(logged)).toContain(text);
      expect(contents(raft)).toEqual(before);
    };
    await begin(theirs);
    await leads(server);
    for (let i = 0; i < 60; i++) await server.put(`/v1/kv/k/${i}`, String(i));
    await expect.poll(() => contents(raft).filter((line) => line.includes('meta.json')).length, {timeout: 20_000}).toBeGreaterThan(0);
    const id = nodeIdOf(server);
    const saved = await server.bytes('/v1/snapshot');
    await server.kill();
    const before = contents(data);
    await refused(ours, 'snapshot restore');
    expect(contents(data)).toEqual(before);

    rmSync(raft, {recursive: true});
    await begin(ours);
    await leads(server);
    await restore(server, saved);
    expect(await server.get('/v1/kv/k/59?raw')).toBe('59');
    expect(nodeIdOf(server)).toBe(id);
    await server.put('/v1/kv/k/60', '60');
    const savedByOurs = await server.bytes('/v1/snapshot');
    await server.kill();
    await refused(theirs, 'is a directory');

    rmSync(raft, {recursive: true});
    await begin(theirs);
    await leads(server);
    await restore(server, savedByOurs);
    expect(await server.get('/v1/kv/k/60?raw')).toBe('60');
    expect(nodeIdOf(server)).toBe(id);
  }, 120_000);

  test('as one of three servers, which leaves and comes back with its node id and without its log', async () => {
    const servers = threeHosts('127.41.13', await testFolder());
    const [one, two] = servers;
    const options = ['-server', '-bootstrap-expect=3', ...quick, ...often, ...servers.map(({address}) => `-retry-join=${address}`)];
    await Promise.all(servers.map((server) => server.start(theirs, ...options)));
    for (const server of servers) await leads(server);
    for (let i = 0; i < 60; i++) await two.put(`/v1/kv/k/${i}`, String(i));
    const id = nodeIdOf(one);
    for (const program of [ours, theirs]) {
      await one.leave();
      await two.until('/v1/operator/raft/configuration', (body) => !body.includes(id));
      rmSync(join(dataOf(one), 'raft'), {recursive: true});
      await one.start(program, ...options);
      await two.until('/v1/operator/raft/configuration', has(new RegExp(`"ID": ?"${id}"[^}]*"Voter": ?true`)), 60_000);
      await one.until('/v1/kv/k/59?raw&stale', has('59'));
      await two.until('/v1/health/node/host1', has(/"serfHealth".*"passing"/s));
    }
  }, 180_000);
});

async function restore(server: AgentProcess, archive: Buffer): Promise<void> {
  const response = await fetch(`http://${server.address}:8500/v1/snapshot`, {method: 'PUT', body: new Uint8Array(archive)});
  expect([response.status, await response.text()]).toEqual([200, '']);
}
