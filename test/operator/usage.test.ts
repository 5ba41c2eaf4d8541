import {expect, test} from 'vitest';
import {allowAll, fixedResolver} from '../../src/acl/fixed-authorizers.ts';
import {catalogUsage} from '../../src/catalog/usage.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {usageEndpoints} from '../../src/operator/usage-endpoint.ts';
import {OperatorUsageRequest, Usage} from '../../src/operator/usage-schema.ts';
import {BlockingReader} from '../../src/rpc/blocking-reader.ts';
import {type Method} from '../../src/rpc/method.ts';
import {type Router} from '../../src/rpc/router.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {type RunningAgent, startAgent} from '../agent/running-agent.ts';
import {Registry} from '../server/registry.ts';

async function register(agent: RunningAgent, Node: string, Service: unknown): Promise<void> {
  const {status, text} = await agent.call('PUT', '/v1/catalog/register', {Node, Address: '10.0.0.1', ...(Service !== undefined && {Service})});
  expect([status, text.trim()]).toEqual([200, 'true']);
}

test('services are counted by name, instances by what they are', async () => {
  const agent = await startAgent();
  const mesh = {'api-gateway': 0, 'connect-native': 1, 'connect-proxy': 1, 'ingress-gateway': 0, 'mesh-gateway': 1, 'terminating-gateway': 0};
  await register(agent, 'a', {Service: 'web'});
  await register(agent, 'a', {Service: 'web', ID: 'web-2'});
  await register(agent, 'b', {Service: 'web-proxy', Kind: 'connect-proxy', Port: 80, Proxy: {DestinationServiceName: 'web'}});
  await register(agent, 'b', {Service: 'native', Port: 82, Connect: {Native: true}});
  await register(agent, 'b', {Service: 'gate', Kind: 'mesh-gateway', Port: 81});
  const body = (await agent.json('/v1/operator/usage')) as {Usage: unknown; Index: number};
  // `consul` is among the services, and is not billed.
  expect(body.Usage).toEqual({dc1: {Services: 5, ServiceInstances: 6, ConnectServiceInstances: mesh, BillableServiceInstances: 3, Nodes: 3}});
  expect(body).toMatchObject({KnownLeader: true, ConsistencyLevel: 'leader', LastContact: 0});
});

test('a change of services wakes who waits; all datacenters are this one where there is no other', async () => {
  const agent = await startAgent();
  const {Index} = (await agent.json('/v1/operator/usage?global')) as {Index: number};
  const waiting = agent.json(`/v1/operator/usage?index=${Index}&wait=60s`);
  await register(agent, 'a', {Service: 'web'});
  expect(await waiting).toMatchObject({Usage: {dc1: {Services: 2, ServiceInstances: 2}}});
});

test('names are told apart without regard to capitals, and by the whole name', async () => {
  const registry = new Registry();
  const count = (): number => registry.store.query(catalogUsage).value.value.services;
  expect(count()).toBe(0);
  await registry.node('a');
  await registry.service('a', 'web');
  await registry.service('a', 'webs');
  await registry.service('a', 'we');
  await registry.node('b');
  await registry.service('b', 'WEB');
  expect(count()).toBe(3);
  await registry.deregister('a', {ServiceID: 'web'});
  expect(count()).toBe(3);
  await registry.deregister('b');
  expect(count()).toBe(2);
});

test('with all datacenters each counts for itself; one that cannot be asked is left out', async () => {
  const registry = new Registry();
  await registry.node('a');
  await registry.service('a', 'web');
  const asked: unknown[] = [];
  const far = {Services: 7, ServiceInstances: 9, ConnectServiceInstances: new Map<string, number>(), BillableServiceInstances: 8, Nodes: 2};
  let isReachable = true;
  const router: Router = {
    call: <Req, Res>(_method: Method<Req, Res>, request: Req): Promise<Res> => {
      const {Datacenter, Global, MinQueryIndex} = request as OperatorUsageRequest;
      asked.push([Datacenter, Global, MinQueryIndex]);
      // The router carries answers of all methods; this one is asked for usage alone.
      return isReachable ? Promise.resolve(Usage.make({Usage: new Map([[Datacenter, far]])}) as Res) : Promise.reject(new ConsulError('Remote DC has no server currently reachable'));
    },
  };
  const reader = new BlockingReader({
    store: registry.store, resolver: fixedResolver(allowAll), leadership: {knownLeader: true, lastContactNs: 0},
    clock: new SimulatedClock(), random: seededRandom(1), defaultQueryTimeMs: 1000, maxQueryTimeMs: 1000,
  });
  const [endpoint] = usageEndpoints({datacenter: 'dc1', reader, kept: new KeptAnswers(), datacenters: () => ['dc1', 'dc2'], router, logger: silentLogger});
  const usage = async (set: Partial<OperatorUsageRequest>): Promise<Usage> => (await endpoint?.handle(OperatorUsageRequest.make(set), undefined)) as Usage;
  expect([...((await usage({})).Usage ?? [])].map(([name, {Services}]) => [name, Services])).toEqual([['dc1', 1]]);
  expect([...((await usage({Global: true})).Usage ?? [])].map(([name, {Services}]) => [name, Services])).toEqual([['dc1', 1], ['dc2', 7]]);
  expect(asked).toEqual([['dc2', false, 0]]);
  isReachable = false;
  expect([...((await usage({Global: true})).Usage ?? [])].map(([name]) => name)).toEqual(['dc1']);
});
