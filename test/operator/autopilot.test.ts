import {expect, test} from 'vitest';
import {denyAll} from '../../src/acl/fixed-authorizers.ts';
import {startAgent} from '../agent/running-agent.ts';

const ownId = '11111111-2222-3333-4444-555555555555';

test('a lone server is a healthy cluster that must not lose anybody', async () => {
  const agent = await startAgent();
  expect(await agent.json('/v1/operator/autopilot/state')).toMatchObject({
    Healthy: true,
    FailureTolerance: 0,
    OptimisticFailureTolerance: 0,
    Leader: ownId,
    Voters: [ownId],
    Servers: {[ownId]: {ID: ownId, Name: 'n1', NodeStatus: 'alive', LastContact: '0s', Healthy: true, ReadReplica: false, Status: 'leader', NodeType: 'voter'}},
  });
  expect(await agent.json('/v1/operator/autopilot/health')).toMatchObject({Healthy: true, FailureTolerance: 0, Servers: [{ID: ownId, SerfStatus: 'alive', Voter: true, Leader: true}]});
});

test('leadership goes to nobody else where there is nobody else', async () => {
  const agent = await startAgent();
  const transfer = async (query: string): Promise<unknown> => {
    const {status, text} = await agent.call('POST', `/v1/operator/raft/transfer-leader${query}`);
    return [status, text];
  };
  expect(await transfer('')).toEqual([500, 'cannot find peer']);
  expect(await transfer('?id=x')).toEqual([500, 'Could not find address for server id x']);
  expect(await transfer(`?id=${ownId}`)).toEqual([500, 'cannot transfer leadership to itself']);
});

test('peers are removed by one name only, and only if they are there', async () => {
  const agent = await startAgent();
  const remove = async (query: string): Promise<unknown> => {
    const {status, text} = await agent.call('DELETE', `/v1/operator/raft/peer${query}`);
    return [status, text];
  };
  expect(await remove('')).toEqual([400, "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove"]);
  expect(await remove('?id=a&address=b')).toEqual([400, 'Must specify only one of ?id or ?address']);
  expect(await remove('?id=a')).toEqual([500, 'id "a" was not found in the Raft configuration']);
  expect(await remove('?address=10.0.0.9:8300')).toEqual([500, 'address "10.0.0.9:8300" was not found in the Raft configuration']);
});

test('a configuration is only changed by who knows the one that holds', async () => {
  const agent = await startAgent();
  const path = '/v1/operator/autopilot/configuration';
  const {ModifyIndex} = (await agent.json(path)) as {ModifyIndex: number};
  expect((await agent.call('PUT', `${path}?cas=${ModifyIndex + 1}`, {MinQuorum: 3})).text.trim()).toBe('false');
  expect((await agent.call('PUT', `${path}?cas=${ModifyIndex}`, {MinQuorum: 3})).text.trim()).toBe('true');
  expect(await agent.json(path)).toMatchObject({MinQuorum: 3, CleanupDeadServers: true, LastContactThreshold: '200ms'});
  expect(await agent.call('PUT', `${path}?cas=x`, {})).toMatchObject({status: 400, text: 'Error parsing cas value: strconv.ParseUint: parsing "x": invalid syntax'});
});

test.each([
  ['GET', '/v1/operator/raft/configuration'],
  ['POST', '/v1/operator/raft/transfer-leader'],
  ['DELETE', '/v1/operator/raft/peer?id=x'],
  ['GET', '/v1/operator/autopilot/configuration'],
  ['PUT', '/v1/operator/autopilot/configuration'],
  ['GET', '/v1/operator/autopilot/health'],
  ['GET', '/v1/operator/autopilot/state'],
  ['GET', '/v1/operator/usage'],
])('%s %s is for operators only', async (method, path) => {
  const agent = await startAgent({authorizer: denyAll});
  const reply = await agent.call(method, path, ...(method === 'PUT' ? [{}] : []));
  expect(reply.status).toBe(403);
  expect(reply.text).toContain('Permission denied');
});
