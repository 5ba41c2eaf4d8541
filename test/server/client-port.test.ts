import {expect, test} from 'vitest';
import {statusEndpoints} from '../../src/operator/status-endpoint.ts';
import {statusLeader} from '../../src/operator/status-methods.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {DCSpecificRequest} from '../../src/schema/rpc-common.ts';
import {ClientPort} from '../../src/server/client-port.ts';
import {closeAfterTest, serve} from '../rpc/net/served.ts';
import {ChangingPool, member} from './changing-pool.ts';

/** A server that answers Status.* with its own name as the leader's, as a member of the pool. */
async function start(name: string): Promise<ReturnType<typeof member>> {
  const endpoints = statusEndpoints({leaderAddress: name, peerAddresses: [], raftStats: () => ({LastContact: '0', LastTerm: 1, LastIndex: 1})});
  const {target} = await serve(async ({method, body}) => {
    const found = endpoints.find((endpoint) => endpoint.method.name === method);
    if (found === undefined) throw new Error(`${method} is not asked here`);
    return found.method.response.toMsgpack(await found.handle(found.method.request.fromMsgpack(body), undefined));
  });
  const [host = '', port = ''] = target.address.split(':');
  const {tags, ...rest} = member(name, {address: host});
  return {...rest, tags: {...tags, port}};
}

function client(lan: ChangingPool): ClientPort {
  const made = new ClientPort({
    streaming: false, rate: {perSecond: Infinity, burst: 1000},
    datacenter: 'dc1', sourceAddress: '127.0.0.1', lan, clock: systemClock, random: seededRandom(1), logger: silentLogger,
    times: {clientTimeoutMs: 5000, holdTimeoutMs: 40, defaultQueryTimeMs: 100, maxQueryTimeMs: 100},
  });
  closeAfterTest(() => Promise.resolve(made.close()));
  made.start();
  return made;
}

test('a client agent calls the servers that gossip knows, and no others', async () => {
  const lan = new ChangingPool();
  const {router, servers} = client(lan);
  await expect(router.call(statusLeader, DCSpecificRequest.zero())).rejects.toThrow('No known Consul servers');
  const [a, b] = [await start('a'), await start('b')];
  lan.become(a, member('other', {role: 'node'}), member('far', {dc: 'dc2'}));
  expect(await router.call(statusLeader, DCSpecificRequest.zero())).toBe('a');
  lan.become({...a, status: 'failed'}, b);
  expect(await router.call(statusLeader, DCSpecificRequest.zero())).toBe('b');
  expect(servers.servers.map(({name}) => name)).toEqual(['b']);
});

test('a client agent calls no more often than it may; more calls are refused without being made, until it may again', async () => {
  const lan = new ChangingPool();
  const port = client(lan);
  lan.become(await start('a'));
  const ask = (): Promise<string> => port.router.call(statusLeader, DCSpecificRequest.zero());
  port.limitCalls({perSecond: 1e-6, burst: 2});
  expect([await ask(), await ask()]).toEqual(['a', 'a']);
  await expect(ask()).rejects.toMatchObject({message: 'RPC rate limit exceeded', httpStatus: 429});
  port.limitCalls({perSecond: Infinity, burst: 2});
  expect(await ask()).toBe('a');
});

test('a server that does not answer pings is not chosen', async () => {
  const lan = new ChangingPool();
  const {servers} = client(lan);
  const [a, dead] = [await start('a'), member('dead', {address: '127.0.0.1'})];
  lan.become(a, {...dead, tags: {...dead.tags, port: '1'}});
  await servers.rebalance();
  expect(servers.current?.name).toBe('a');
});
