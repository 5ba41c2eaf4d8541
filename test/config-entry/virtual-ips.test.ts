import {expect, test} from 'vitest';
import {Node, NodeService, RegisterRequest, DeregisterRequest} from '../../src/catalog/schema.ts';
import {serviceOf} from '../../src/catalog/service-commands.ts';
import {ConfigEntryRequest} from '../../src/config-entry/schema.ts';
import {ServiceResolverConfigEntry} from '../../src/config-entry/entries/routing.ts';
import {TerminatingGatewayConfigEntry} from '../../src/config-entry/entries/gateways.ts';
import {virtualIpOf} from '../../src/config-entry/virtual-ips.ts';
import {Applying} from '../fsm/applying.ts';

const native = (service: string, peer = '') =>
  RegisterRequest.make({
    ...Node.make({Node: 'n', Address: '10.0.0.1', PeerName: peer}),
    Service: NodeService.make({ID: service, Service: service, Port: 80, Connect: {...NodeService.zero().Connect, Native: true}, PeerName: peer}),
  });
const gone = (service: string) => DeregisterRequest.make({Node: 'n', ServiceID: service});
const upsert = (Kind: ConfigEntryRequest['Kind'], Entry: ConfigEntryRequest['Entry'], Op = 'upsert') => ({Kind, Op, Datacenter: 'dc1', Entry, Token: ''});

test('addresses are given in order; of those given back only the last is given again', async () => {
  const applying = await Applying.agreed();
  for (const name of ['a', 'b', 'c']) await applying.apply(0, RegisterRequest, native(name));
  expect(['A', 'b', 'c'].map((name) => virtualIpOf(applying.view, name))).toEqual(['240.0.0.1', '240.0.0.2', '240.0.0.3']);
  for (const name of ['a', 'b']) await applying.apply(1, DeregisterRequest, gone(name));
  for (const name of ['d', 'e']) await applying.apply(0, RegisterRequest, native(name));
  expect(['a', 'd', 'e'].map((name) => virtualIpOf(applying.view, name))).toEqual([undefined, '240.0.0.2', '240.0.0.4']);
});

test('an address stays while an entry names the service', async () => {
  const applying = await Applying.agreed();
  const resolver = ServiceResolverConfigEntry.make({Kind: 'service-resolver', Name: 'a'});
  await applying.apply(22, ConfigEntryRequest, upsert('service-resolver', resolver));
  await applying.apply(0, RegisterRequest, native('a'));
  await applying.apply(1, DeregisterRequest, gone('a'));
  expect(virtualIpOf(applying.view, 'a')).toBe('240.0.0.1');
  await applying.apply(22, ConfigEntryRequest, upsert('service-resolver', resolver, 'delete'));
  expect(virtualIpOf(applying.view, 'a')).toBeUndefined();
});

test('servers that have not agreed on them give none', async () => {
  const applying = new Applying();
  await applying.apply(0, RegisterRequest, native('a'));
  expect(virtualIpOf(applying.view, 'a')).toBeUndefined();
});

test('a terminating gateway carries the addresses of what it leads to', async () => {
  const applying = await Applying.agreed();
  const gateway = NodeService.make({ID: 'gw', Service: 'gw', Kind: 'terminating-gateway', Port: 443});
  await applying.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: gateway}));
  const entry = TerminatingGatewayConfigEntry.fromJson('{"Kind":"terminating-gateway","Name":"gw","Services":[{"Name":"db"},{"Name":"*"}]}');
  await applying.apply(22, ConfigEntryRequest, upsert('terminating-gateway', entry));
  expect([...(serviceOf(applying.view, 'n', 'gw')?.TaggedAddresses ?? [])]).toEqual([
    ['consul-virtual:db', {Address: '240.0.0.1', Port: 0}], ['consul-virtual:*', {Address: '240.0.0.2', Port: 0}],
  ]);
});

test('so does whatever goes by the name of the gateway, of whatever kind', async () => {
  const applying = await Applying.agreed();
  const gateway = NodeService.make({ID: 'gw', Service: 'gw', Kind: 'mesh-gateway', Port: 443});
  await applying.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: gateway}));
  const entry = TerminatingGatewayConfigEntry.fromJson('{"Kind":"terminating-gateway","Name":"gw","Services":[{"Name":"db"}]}');
  await applying.apply(22, ConfigEntryRequest, upsert('terminating-gateway', entry));
  expect(serviceOf(applying.view, 'n', 'gw')).toMatchObject({TaggedAddresses: new Map([['consul-virtual:db', {Address: '240.0.0.1', Port: 0}]]), Meta: new Map()});
});

test('what a terminating gateway is rewritten not to lead to gives its address back, unless something else needs it', async () => {
  const applying = await Applying.agreed();
  const link = (gateway: string, ...services: readonly string[]) => {
    const Services = services.map((Name) => ({Name}));
    return applying.apply(22, ConfigEntryRequest, upsert('terminating-gateway', TerminatingGatewayConfigEntry.fromJson(JSON.stringify({Kind: 'terminating-gateway', Name: gateway, Services}))));
  };
  const offsets = (...services: readonly string[]) => services.map((service) => Number(virtualIpOf(applying.view, service)?.split('.').at(-1)));
  await applying.apply(0, RegisterRequest, native('native'));
  await link('one', '*', 'shared', 'native', 'Letters', 'last');
  await link('two', 'shared');
  await link('one', 'letters', 'next');
  expect(offsets('*', 'shared', 'native', 'letters', 'last', 'next')).toEqual([NaN, 3, 1, NaN, NaN, 6]);
  await link('one', '*');
  expect(offsets('*', 'next')).toEqual([5, NaN]);
  await applying.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: NodeService.make({ID: 'i', Service: 'one', Port: 1})}));
  await link('one', 'other');
  expect(offsets('*', 'other')).toEqual([5, 6]);
});

test('a peer’s service of the same name has an address of its own', async () => {
  const applying = await Applying.agreed();
  await applying.apply(0, RegisterRequest, native('a'));
  await applying.apply(0, RegisterRequest, native('a', 'there'));
  expect([virtualIpOf(applying.view, 'a'), virtualIpOf(applying.view, 'a', 'there')]).toEqual(['240.0.0.1', '240.0.0.2']);
  await applying.apply(1, DeregisterRequest, gone('a'));
  expect([virtualIpOf(applying.view, 'a'), virtualIpOf(applying.view, 'a', 'there')]).toEqual([undefined, '240.0.0.2']);
});
