import {describe, expect, test} from 'vitest';
import {type AgentProcess, ours} from '../mixed/agent-process.ts';
import {testFolder, twoHosts} from '../mixed/hosts.ts';
import {peer, peerIsAtLeast} from '../peer.ts';

const firstKey = Buffer.alloc(32, 1).toString('base64');
const secondKey = Buffer.alloc(16, 2).toString('base64');
/** Failures are found in seconds, not in tens of them. */
const quick = '-hcl=gossip_lan { probe_interval = "500ms" probe_timeout = "300ms" gossip_interval = "100ms" }';

const statusNumber = {alive: 1, left: 3, failed: 4};

/** `observer` holds a member (`host1`, `host2`) to be so. */
async function seen(observer: AgentProcess, name: string, status: keyof typeof statusNumber): Promise<void> {
  await observer.until('/v1/agent/members', (body) => {
    const members = JSON.parse(body) as readonly {readonly Name: string; readonly Status: number}[];
    return members.find((member) => member.Name === name)?.Status === statusNumber[status];
  });
}

async function eventsGoBothWays(one: AgentProcess, other: AgentProcess, name: string): Promise<void> {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    const event = `${name}-of-${from.address}`;
    await from.put(`/v1/event/fire/${event}`, 'now');
    const body = await to.until(`/v1/event/list?name=${event}`, (text) => text.includes(event));
    expect(body).toContain(Buffer.from('now').toString('base64'));
  }
}

interface KeysOfPool {
  readonly WAN: boolean;
  readonly NumNodes: number;
  readonly Keys: Readonly<Record<string, number>>;
}

/** What the LAN says of its keys: a query of the whole pool. */
async function lanKeys(agent: AgentProcess): Promise<Readonly<Record<string, number>>> {
  const pools = JSON.parse(await agent.get('/v1/operator/keyring')) as readonly KeysOfPool[];
  const lan = pools.find(({WAN}) => !WAN);
  expect(lan?.NumNodes).toBe(2);
  return lan?.Keys ?? {};
}

/** The key is changed while both are there, by steps that either begins: each step is a query that all must answer. */
async function keysAreRotated(one: AgentProcess, other: AgentProcess): Promise<void> {
  expect(await lanKeys(one)).toEqual({[firstKey]: 2});
  await one.put('/v1/operator/keyring', JSON.stringify({Key: firstKey}));
  await other.ask('POST', '/v1/operator/keyring', JSON.stringify({Key: secondKey}));
  expect(await lanKeys(other)).toEqual({[firstKey]: 2, [secondKey]: 2});
  await one.put('/v1/operator/keyring', JSON.stringify({Key: secondKey}));
  await expect(other.ask('DELETE', '/v1/operator/keyring', JSON.stringify({Key: secondKey}))).rejects.toThrow('Removing the primary key is not allowed');
  await other.ask('DELETE', '/v1/operator/keyring', JSON.stringify({Key: firstKey}));
  expect(await lanKeys(one)).toEqual({[secondKey]: 2});
}

interface Story {
  readonly network: string;
  readonly serverProgram: string;
  readonly clientProgram: string;
  readonly sealed: boolean;
}

/** All that two agents do in one pool; sealed the client joins the server, plain the server joins the client. */
async function poolStory({network, serverProgram, clientProgram, sealed}: Story): Promise<void> {
  const [server, client] = twoHosts(network, await testFolder());
  const options = [quick, ...(sealed ? [`-encrypt=${firstKey}`] : [])];
  const startClient = (...join: readonly string[]) => client.start(clientProgram, ...options, ...join);
  const retryJoin = `-retry-join=${server.address}`;
  await server.start(serverProgram, '-server', '-bootstrap', ...options);
  await startClient(...(sealed ? [retryJoin] : []));
  await server.until('/v1/status/leader', (body) => body.includes(':8300'));
  if (!sealed) {
    await seen(client, 'host2', 'alive');
    await server.put(`/v1/agent/join/${client.address}`);
  }
  for (const agent of [server, client]) for (const name of ['host1', 'host2']) await seen(agent, name, 'alive');
  await client.until('/v1/catalog/nodes', (body) => body.includes('host2'));
  await eventsGoBothWays(server, client, 'deploy');
  if (sealed) {
    // An old client does not pass key operations on to a server.
    await keysAreRotated(server, clientProgram === ours || peerIsAtLeast(21) ? client : server);
    await eventsGoBothWays(server, client, 'rotated');
  }
  await client.kill();
  await seen(server, 'host2', 'failed');
  // It is back with the keys of its file, whatever it was told at first.
  await startClient(retryJoin);
  for (const agent of [server, client]) for (const name of ['host1', 'host2']) await seen(agent, name, 'alive');
  await client.leave();
  await seen(server, 'host2', 'left');
  await startClient(retryJoin);
  await seen(client, 'host1', 'alive');
  await seen(server, 'host2', 'alive');
  await server.kill();
  await seen(client, 'host1', 'failed');
}

if (peer === undefined) process.stderr.write('no real Consul here (CONSUL_PEER; .ci/run gets 1.8.7): the tests in one pool with it are skipped\n');

describe.runIf(peer !== undefined)('in one pool with a real Consul', () => {
  const theirs = peer ?? '';

  test.each([
    ['our client with its server, plain', {network: '127.22.1', serverProgram: theirs, clientProgram: ours, sealed: false}],
    ['our client with its server, encrypted', {network: '127.22.2', serverProgram: theirs, clientProgram: ours, sealed: true}],
    ['its client with our server, plain', {network: '127.22.3', serverProgram: ours, clientProgram: theirs, sealed: false}],
    ['its client with our server, encrypted', {network: '127.22.4', serverProgram: ours, clientProgram: theirs, sealed: true}],
  ])('%s: joins, events, keys, a crash and a leave are seen by both', (_, story) => poolStory(story), 120_000);

  test.each([
    ['we join it', '127.22.5', ours, theirs],
    ['it joins us', '127.22.6', theirs, ours],
  ])('the WAN of two datacenters: %s', async (_, network, joinerProgram, program) => {
    const [first, second] = twoHosts(network, await testFolder());
    await first.start(program, '-server', '-bootstrap');
    await first.until('/v1/status/leader', (body) => body.includes(':8300'));
    await second.start(joinerProgram, '-server', '-bootstrap', '-datacenter=dc2', `-retry-join-wan=${first.address}`);
    for (const agent of [first, second]) {
      await agent.until('/v1/agent/members?wan=1', (body) => body.includes('host1.dc1') && body.includes('host2.dc2'));
      await agent.until('/v1/catalog/datacenters', (body) => body.includes('dc1') && body.includes('dc2'));
    }
    await expect(second.put(`/v1/agent/join/${first.address}`)).rejects.toThrow("Member 'host1' part of wrong datacenter 'dc1'");
  }, 120_000);
});
