import {describe, expect, it} from 'vitest';
import {denyAll} from '../../src/acl/fixed-authorizers.ts';
import {type RunningAgent, startAgent} from './running-agent.ts';

async function saved({base}: RunningAgent): Promise<Buffer> {
  const response = await fetch(`${base}/v1/snapshot`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function restore({base}: RunningAgent, archive: Buffer): Promise<{readonly status: number; readonly text: string}> {
  const response = await fetch(`${base}/v1/snapshot`, {method: 'PUT', body: new Uint8Array(archive)});
  return {status: response.status, text: await response.text()};
}

async function keys({call}: RunningAgent): Promise<unknown> {
  const {status, text} = await call('GET', '/v1/kv/?keys');
  return status === 404 ? [] : JSON.parse(text);
}

describe('a snapshot over HTTP', () => {
  it('brings back the state it was taken of, which takes writes at once', async () => {
    const agent = await startAgent();
    await agent.call('PUT', '/v1/kv/kept', 'x');
    const archive = await saved(agent);
    await agent.call('PUT', '/v1/kv/later', 'x');
    expect(await restore(agent, archive)).toEqual({status: 200, text: ''});
    expect(await keys(agent)).toEqual(['kept']);
    await agent.call('PUT', '/v1/kv/after', 'x');
    expect(await keys(agent)).toEqual(['after', 'kept']);
  });

  it('restores into another agent, again and again', async () => {
    const [from, to] = [await startAgent(), await startAgent()];
    await from.call('PUT', '/v1/kv/theirs', 'x');
    await to.call('PUT', '/v1/kv/ours', 'x');
    const archive = await saved(from);
    for (let n = 0; n < 3; n++) expect(await restore(to, archive)).toEqual({status: 200, text: ''});
    expect(await keys(to)).toEqual(['theirs']);
  });

  it('that knows nothing of the members makes the leader write them anew', async () => {
    const agent = await startAgent();
    await agent.call('PUT', '/v1/catalog/deregister', {Node: 'n1'});
    const archive = await saved(agent);
    expect(await restore(agent, archive)).toMatchObject({status: 200});
    // Less than the minute after which the leader looks at all members in any case.
    let index = '0';
    let nodes: unknown = [];
    for (let n = 0; n < 5 && (nodes as unknown[]).length === 0; n++) {
      const reply = await agent.call('GET', `/v1/catalog/nodes?index=${index}&wait=2s`);
      index = reply.headers.get('x-consul-index') ?? '0';
      nodes = JSON.parse(reply.text);
    }
    expect(nodes).toMatchObject([{Node: 'n1'}]);
  });

  it('that is damaged, cut or empty changes nothing, and the next one is taken', async () => {
    const agent = await startAgent();
    await agent.call('PUT', '/v1/kv/kept', 'x');
    const archive = await saved(agent);
    await agent.call('PUT', '/v1/kv/later', 'x');
    const damaged = Buffer.from(archive);
    damaged.fill(0xff, 100, 120);
    for (const bad of [damaged, archive.subarray(0, archive.length / 2), Buffer.alloc(0)]) {
      const {status, text} = await restore(agent, bad);
      expect([status, text]).toEqual([500, expect.stringMatching(/^failed to (decompress|read) snapshot/)]);
      expect(await keys(agent)).toEqual(['kept', 'later']);
    }
    expect(await restore(agent, archive)).toEqual({status: 200, text: ''});
  });

  it('is neither given to nor taken from a token that may do nothing', async () => {
    const agent = await startAgent({authorizer: denyAll});
    expect((await agent.call('GET', '/v1/snapshot')).status).toBe(403);
    expect((await restore(agent, Buffer.from('whatever'))).status).toBe(403);
  });
});
