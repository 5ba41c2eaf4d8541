import {describe, expect, test} from 'vitest';
import {peer, peerIsAtLeast} from '../peer.ts';
import {type AgentProcess, ours} from './agent-process.ts';
import {testFolder, threeHosts, twoHosts} from './hosts.ts';
import {snapshotRecords, stateDifferences} from './snapshot-records.ts';
import {alive, has, voters} from './answers.ts';

const equalWithinMs = 20_000;


/** A client agent of one program gets from the other's server what it needs, and what it tells is seen there. */
async function clientStory(network: string, serverProgram: string, clientProgram: string): Promise<void> {
  const [server, client] = twoHosts(network, await testFolder());
  await server.start(serverProgram, '-server', '-bootstrap');
  await client.start(clientProgram, `-retry-join=${server.address}`);
  await client.until('/v1/status/leader', has(`${server.address}:8300`));
  for (const agent of [server, client]) await agent.until('/v1/agent/members', alive(2));
  await server.until('/v1/health/node/host2', has(/"serfHealth".*"passing"/s));
  await client.put('/v1/agent/service/register', JSON.stringify({Name: 'web', ID: 'web1', Tags: ['v1'], Port: 8080, Check: {CheckID: 'web-ttl', TTL: '1h'}}));
  await server.until('/v1/catalog/services', has(/"web": ?\["v1"\]/));
  expect(await server.get('/v1/health/service/web?passing')).toMatch(/^\[\]\s*$/);
  await client.put('/v1/agent/check/pass/web-ttl');
  for (const agent of [server, client]) await agent.until('/v1/health/service/web?passing', has('"web1"'));
  for (const agent of [server, client]) {
    expect(await agent.get('/v1/health/service/web?filter=Service.Port%3D%3D8080')).toContain('"web1"');
    expect(await agent.get('/v1/health/service/web?filter=v2+in+Service.Tags')).toMatch(/^\[\]\s*$/);
    expect(await agent.get('/v1/catalog/nodes?filter=Node%3D%3Dhost2')).toMatch(/^\[\s*\{[^}]*"Node": ?"host2"[^[]*\]\s*$/);
  }
  await client.put('/v1/kv/app/one', 'eins');
  expect(await server.get('/v1/kv/app/one?raw')).toBe('eins');
  expect(await client.put('/v1/kv/app/one?cas=1', 'never')).toMatch(/^false\s*$/);
  expect(await client.put('/v1/txn', '[{"KV":{"Verb":"set","Key":"app/two","Value":"Mg=="}}]')).toContain('"Results"');
  for (const agent of [server, client]) expect(await agent.get('/v1/kv/app/?keys')).toMatch(/^\[\s*"app\/one",\s*"app\/two"\s*\]\s*$/);
  await server.put('/v1/event/fire/deploy', 'now');
  await client.until('/v1/event/list?name=deploy', has('"deploy"'));
  await client.leave();
  await server.until('/v1/catalog/nodes', (body) => !body.includes('host2'));
}

/** What a server holds, read from its own snapshot. */
async function stateOf(server: AgentProcess): Promise<readonly string[]> {
  return snapshotRecords(await server.bytes('/v1/snapshot?stale'), {older: !peerIsAtLeast(21)});
}

/** All hold the same records and indexes, once the last entries have reached them. */
async function demandEqualStates(servers: readonly AgentProcess[]): Promise<void> {
  const deadline = performance.now() + equalWithinMs;
  for (;;) {
    const [one = [], ...others] = await Promise.all(servers.map(stateOf));
    const differences = others.flatMap((state) => stateDifferences(one, state));
    if (differences.length === 0) return;
    if (performance.now() > deadline) expect(differences).toEqual([]);
  }
}

describe.runIf(peer !== undefined)('beside a real Consul', () => {
  const theirs = peer ?? '';

  test('its client agent lives on our server', () => clientStory('127.21.1', ours, theirs), 120_000);

  test('our client agent lives on its server', () => clientStory('127.21.2', theirs, ours), 120_000);

  test('one Raft of both kinds survives either leader, and all hold the same state', async () => {
    const servers = threeHosts('127.21.3', await testFolder());
    const [first, second, third] = servers;
    const options = [
      '-server', '-bootstrap-expect=3', ...servers.map(({address}) => `-retry-join=${address}`),
      '-hcl=performance { raft_multiplier = 2 }', '-hcl=raft_snapshot_threshold = 60', '-hcl=raft_snapshot_interval = "2s"', '-hcl=raft_trailing_logs = 20',
    ];
    const programs = new Map([[first, ours], [second, theirs], [third, theirs]]);
    const start = (server: AgentProcess) => server.start(programs.get(server) ?? ours, ...options);
    await Promise.all(servers.map(start));
    for (const server of servers) await server.until('/v1/operator/raft/configuration', voters(3));
    for (const server of servers) await server.until('/v1/catalog/service/consul', (body) => servers.every(({address}) => body.includes(address)));
    for (const server of servers) expect(await server.put(`/v1/kv/through/${server.address}`, 'yes')).toContain('true');
    await second.put('/v1/agent/service/register', '{"Name":"api","Port":1}');

    for (const gone of [first, second]) {
      const [other = third] = servers.filter((server) => server !== gone);
      await gone.kill();
      await other.until('/v1/status/leader', (body) => body.includes(':8300') && !body.includes(gone.address));
      for (let i = 0; i < 120; i++) await other.put(`/v1/kv/while-away/${i}`, gone.address);
      await start(gone);
      await gone.until('/v1/kv/while-away/119?raw&stale', has(gone.address));
    }
    await first.until('/v1/health/state/critical?consistent', (body) => !body.includes('serfHealth'));
    await demandEqualStates(servers);
  }, 240_000);
});
