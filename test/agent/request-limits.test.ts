import {expect, test} from 'vitest';
import {startAgent} from './running-agent.ts';

const none = 'limits { request_limits { mode = "enforcing" read_rate = 0 write_rate = 0 } }';

test('what is over the limits is refused, also to those whose answer is at hand; a reload changes that', async () => {
  const agent = await startAgent();
  expect((await agent.call('PUT', '/v1/kv/a', 'x')).status).toBe(200);
  expect((await agent.call('GET', '/v1/kv/a')).status).toBe(200);
  expect((await agent.call('GET', '/v1/kv/a')).status).toBe(200);
  agent.configText = none;
  expect((await agent.call('PUT', '/v1/agent/reload')).status).toBe(200);
  expect(await agent.call('GET', '/v1/kv/a')).toMatchObject({status: 429, text: 'rate limit exceeded, try again later or against a different server'});
  expect(await agent.call('PUT', '/v1/kv/a', 'x')).toMatchObject({status: 503, text: 'rate limit exceeded for operation that can only be performed by the leader, try again later'});
  expect((await agent.call('GET', '/v1/operator/raft/configuration')).status).toBe(200);
  expect((await agent.call('GET', '/v1/status/leader')).status).toBe(200);
  agent.configText = none.replace('enforcing', 'permissive');
  expect((await agent.call('PUT', '/v1/agent/reload')).status).toBe(200);
  expect((await agent.call('GET', '/v1/kv/a')).status).toBe(200);
});
