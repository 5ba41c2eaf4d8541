import {expect, test} from 'vitest';
import {listGateway} from '../../src/catalog/gateway-listing.ts';
import {servicesOfGateway} from '../../src/catalog/gateway-tables.ts';
import {NodeService, RegisterRequest, ServiceConnect} from '../../src/catalog/schema.ts';
import {IngressGatewayConfigEntry, TerminatingGatewayConfigEntry} from '../../src/config-entry/entries/gateways.ts';
import {ServiceConfigEntry} from '../../src/config-entry/entries/service-defaults.ts';
import {ConfigEntryRequest} from '../../src/config-entry/schema.ts';
import {Applying} from '../fsm/applying.ts';

/** As 1.21.4 was seen to move its links and their indexes. */
class Links extends Applying {
  async register(ID: string, Service: string, Port: number): Promise<void> {
    await this.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: NodeService.make({ID, Service, Port})}));
  }

  async write(Kind: ConfigEntryRequest['Kind'], Entry: ConfigEntryRequest['Entry']): Promise<void> {
    await this.apply(22, ConfigEntryRequest, {Kind, Op: 'upsert', Datacenter: 'dc1', Entry, Token: ''});
  }

  /** Which of the two indexes the last entry moved. */
  get moved(): readonly string[] {
    return ['gateway-services', 'mesh-topology'].filter((name) => this.view.indexOf(name) === this.index);
  }
}

test('an instance that is registered again has its links looked at, even when nothing of it is new', async () => {
  const links = new Links();
  await links.register('x', 'plain', 1);
  await links.register('y', 'other', 1);
  await links.write('terminating-gateway', TerminatingGatewayConfigEntry.fromJson('{"Kind":"terminating-gateway","Name":"t","Services":[{"Name":"*","CAFile":"/all"},{"Name":"plain","CAFile":"/one"}]}'));
  await links.write('ingress-gateway', IngressGatewayConfigEntry.fromJson('{"Kind":"ingress-gateway","Name":"i","Listeners":[{"Port":80,"Protocol":"tcp","Services":[{"Name":"Web"}]}]}'));
  await links.register('x', 'plain', 2);
  expect(links.moved).toEqual(['gateway-services']);
  expect(servicesOfGateway(links.view, 't').find(({Service}) => Service.Name === 'plain')).toMatchObject({CAFile: '/all', FromWildcard: true});
  await links.register('y', 'other', 1);
  expect(links.moved).toEqual(['gateway-services']);
  await links.register('y', 'other', 1);
  expect(links.moved).toEqual([]);
});

test('an instance that takes another name comes behind the gateways of that name', async () => {
  const links = new Links();
  await links.register('y', 'other', 1);
  await links.write('ingress-gateway', IngressGatewayConfigEntry.fromJson('{"Kind":"ingress-gateway","Name":"i","Listeners":[{"Port":80,"Protocol":"tcp","Services":[{"Name":"Web"}]}]}'));
  await links.register('y', 'Web', 1);
  expect(links.moved).toEqual(['gateway-services', 'mesh-topology']);
  expect(servicesOfGateway(links.view, 'i')).toMatchObject([{Service: {Name: 'Web'}, ServiceKind: 'service'}]);
  await links.register('y', 'Web', 1);
  expect(links.moved).toEqual([]);
});

test('what an ingress gateway offers is told to be a service at the next registration of it', async () => {
  const links = new Links();
  await links.register('x', 'Web', 1);
  await links.write('ingress-gateway', IngressGatewayConfigEntry.fromJson('{"Kind":"ingress-gateway","Name":"i","Listeners":[{"Port":80,"Protocol":"tcp","Services":[{"Name":"Web"}]}]}'));
  await links.write('terminating-gateway', TerminatingGatewayConfigEntry.fromJson('{"Kind":"terminating-gateway","Name":"t","Services":[{"Name":"Web"}]}'));
  expect([...servicesOfGateway(links.view, 'i'), ...servicesOfGateway(links.view, 't')].map(({ServiceKind}) => ServiceKind)).toEqual(['', 'service']);
  await links.register('x', 'Web', 1);
  expect(links.moved).toEqual(['gateway-services', 'mesh-topology']);
  expect(servicesOfGateway(links.view, 'i')).toMatchObject([{ServiceKind: 'service'}]);
});

test('of several gateways to a service the first alone is told what it is', async () => {
  const links = new Links();
  for (const name of ['t2', 't1']) {
    await links.write('terminating-gateway', TerminatingGatewayConfigEntry.fromJson(`{"Kind":"terminating-gateway","Name":"${name}","Services":[{"Name":"Web"}]}`));
  }
  await links.register('x', 'Web', 1);
  expect(links.moved).toEqual(['gateway-services']);
  expect(['t1', 't2'].map((gateway) => servicesOfGateway(links.view, gateway)[0]?.ServiceKind)).toEqual(['service', '']);
});

test('what an ingress gateway reaches through * is listed while it speaks the protocol of the listener', async () => {
  const links = new Links();
  const listed = () => links.machine.store.query((q) => {
    const {value, index} = listGateway(q, 'i');
    return {names: value.map(({Service}) => Service.Name), index};
  }).value;
  await links.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: NodeService.make({ID: 'x', Service: 'Web', Port: 1, Connect: {...ServiceConnect.zero(), Native: true}})}));
  await links.write('ingress-gateway', IngressGatewayConfigEntry.fromJson('{"Kind":"ingress-gateway","Name":"i","Listeners":[{"Port":80,"Protocol":"http","Services":[{"Name":"*"}]}]}'));
  expect(listed()).toEqual({names: [], index: 2});
  await links.write('service-defaults', ServiceConfigEntry.make({Kind: 'service-defaults', Name: 'Web', Protocol: 'http'}));
  expect(listed()).toEqual({names: ['Web'], index: 3});
});
