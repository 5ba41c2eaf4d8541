import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../src/runtime/random.ts';
import {peer, peerIsAtLeast} from '../peer.ts';
import {type AgentProcess, ours} from './agent-process.ts';
import {testFolder, twoHosts} from './hosts.ts';

const theirs = peer ?? '';

/** A server of one program and a client agent of the other, in a network of their own. */
async function pair(network: string, serverProgram: string, clientProgram: string): Promise<{readonly server: AgentProcess; readonly client: AgentProcess}> {
  const [server, client] = twoHosts(network, await testFolder());
  await server.start(serverProgram, '-server', '-bootstrap');
  await client.start(clientProgram, `-retry-join=${server.address}`);
  await client.until('/v1/status/leader', (body) => body.includes(`${server.address}:8300`));
  return {server, client};
}

interface Health {
  readonly rows: unknown;
  readonly index: number;
  readonly backend: string | null;
}

async function health(agent: AgentProcess, query: string): Promise<Health> {
  const response = await fetch(`http://${agent.address}:8500/v1/health/service/${query}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${query}: ${response.status} ${text}`);
  return {rows: JSON.parse(text), index: Number(response.headers.get('x-consul-index')), backend: response.headers.get('x-consul-query-backend')};
}

/** Puts and takes instances, nodes and checks at speed, always the same ones in the same order. */
async function churn(server: AgentProcess, writes: number): Promise<void> {
  const random = seededRandom(11);
  for (let write = 0; write < writes; write++) {
    const Node = `n${random.below(6)}`;
    const Service = {ID: `web${random.below(3)}`, Service: 'web', Port: random.below(9), ...(random.below(2) === 0 && {Tags: ['t'], Meta: {m: '1'}})};
    const Check = {CheckID: 'c', Name: 'c', Status: random.below(2) === 0 ? 'passing' : 'critical', Output: String(write)};
    const kind = random.below(5);
    if (kind === 0) await server.put('/v1/catalog/deregister', JSON.stringify({Node, ServiceID: Service.ID}));
    else if (kind === 1) await server.put('/v1/catalog/deregister', JSON.stringify({Node}));
    else await server.put('/v1/catalog/register', JSON.stringify({Node, Address: `10.0.0.${random.below(4)}`, ...(kind === 2 ? {Check} : {Service, Check})}));
  }
}

/** Follows a service by blocking queries until it is told to stop; its index never goes back. */
async function follow(agent: AgentProcess, signal: AbortSignal): Promise<number> {
  let answers = 0;
  for (let index = 1; !signal.aborted; answers++) {
    const {index: next} = await health(agent, `web?index=${index}&wait=1s`);
    expect(next).toBeGreaterThanOrEqual(index);
    index = next;
  }
  return answers;
}

/** Waits for instances of the service. While there are none, its index moves with whatever is registered at the beginning. */
async function firstRows(agent: Parameters<typeof health>[0], from: number): ReturnType<typeof health> {
  for (let index = from; ;) {
    const answer = await health(agent, `web?index=${index}&wait=60s`);
    if (Array.isArray(answer.rows) && answer.rows.length > 0) return answer;
    index = answer.index;
  }
}

/** What the client's subscription shows is what the server has, while and after much happens. */
async function streamingStory(network: string, serverProgram: string, clientProgram: string): Promise<void> {
  const {server, client} = await pair(network, serverProgram, clientProgram);
  expect(await health(client, 'web?cached')).toMatchObject({rows: [], backend: 'streaming'});
  const blocked = firstRows(client, (await health(server, 'web')).index);
  await server.put('/v1/catalog/register', JSON.stringify({Node: 'n1', Address: '10.0.0.1', Service: {Service: 'web', Port: 1}}));
  expect(await blocked).toMatchObject({rows: [{Service: {Port: 1}}], backend: 'streaming'});
  const rest = new AbortController();
  const followers = [follow(client, rest.signal), follow(client, rest.signal)];
  await churn(server, 300);
  rest.abort();
  for (const answers of await Promise.all(followers)) expect(answers).toBeGreaterThan(1);
  const {index} = await health(server, 'web');
  await client.until('/v1/health/service/web?cached', () => true);
  for (const query of ['', '&passing', '&tag=t', '&node-meta=none:there']) {
    const wanted = await health(server, `web?${query}`);
    await expect.poll(async () => (await health(client, `web?cached${query}`)).rows, {timeout: 10_000}).toEqual(wanted.rows);
  }
  expect((await health(client, 'web?cached')).index).toBe(index);
}

describe.runIf(peerIsAtLeast(10))('a subscription between a real Consul and ours', () => {
  test('keeps its client agent right about our server', () => streamingStory('127.23.1', ours, theirs), 120_000);

  test('keeps our client agent right about its server', () => streamingStory('127.23.2', theirs, ours), 120_000);
});

describe.runIf(peer !== undefined && !peerIsAtLeast(10))('an older Consul that cannot stream', () => {
  test('is asked by our client agent all the same', async () => {
    const {server, client} = await pair('127.23.3', theirs, ours);
    expect(await health(client, 'web?cached')).toMatchObject({rows: [], backend: 'blocking-query'});
    const blocked = firstRows(client, (await health(server, 'web')).index);
    await server.put('/v1/catalog/register', JSON.stringify({Node: 'n1', Address: '10.0.0.1', Service: {Service: 'web', Port: 1}}));
    expect(await blocked).toMatchObject({rows: [{Service: {Port: 1}}], backend: 'blocking-query'});
  }, 120_000);
});

test.runIf(peerIsAtLeast(16))('its client agent hands over leadership of our servers by gRPC, and hears why not', async () => {
  const {client} = await pair('127.23.4', ours, theirs);
  await expect(client.ask('POST', '/v1/operator/raft/transfer-leader')).rejects.toThrow('cannot find peer');
}, 120_000);
