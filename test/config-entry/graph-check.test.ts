import {expect, test} from 'vitest';
import {IngressGatewayConfigEntry} from '../../src/config-entry/entries/gateways.ts';
import {ProxyConfigEntry} from '../../src/config-entry/entries/proxy-defaults.ts';
import {ServiceConfigEntry} from '../../src/config-entry/entries/service-defaults.ts';
import {ConfigEntryRequest} from '../../src/config-entry/schema.ts';
import {Applying} from '../fsm/applying.ts';

/** What 1.21.4 was seen to accept and to refuse. */
class Entries extends Applying {
  async protocol(Name: string, Protocol: string): Promise<string> {
    return this.#write('service-defaults', ServiceConfigEntry.make({Kind: 'service-defaults', Name, Protocol}));
  }

  async ingress(Name: string, Protocol: string, service: string): Promise<string> {
    return this.#write('ingress-gateway', IngressGatewayConfigEntry.fromJson(JSON.stringify({Kind: 'ingress-gateway', Name, Listeners: [{Port: 80, Protocol, Services: [{Name: service}]}]})));
  }

  async protocolOfAll(protocol: string): Promise<string> {
    return this.#write('proxy-defaults', ProxyConfigEntry.fromJson(JSON.stringify({Kind: 'proxy-defaults', Name: 'global', Config: {protocol}})));
  }

  async #write(Kind: ConfigEntryRequest['Kind'], Entry: ConfigEntryRequest['Entry']): Promise<string> {
    const result = await this.apply(22, ConfigEntryRequest, {Kind, Op: 'upsert', Datacenter: 'dc1', Entry, Token: ''});
    return result instanceof Error ? result.message : String(result);
  }
}

test('an ingress listener must have the protocol of its services', async () => {
  const entries = new Entries();
  expect(await entries.ingress('i', 'http', 'web')).toBe('service "web" has protocol "tcp", which does not match defined listener protocol "http"');
  await entries.protocol('web', 'http');
  expect(await entries.ingress('i', 'http', 'web')).toBe('true');
  expect(await entries.ingress('j', 'tcp', 'web')).toBe('service "web" has protocol "http", which does not match defined listener protocol "tcp"');
});

test('a service behind an HTTP listener cannot take another protocol, one behind a TCP listener can', async () => {
  const entries = new Entries();
  await entries.ingress('t', 'tcp', 'api');
  for (const protocol of ['http', 'grpc', 'tcp']) expect(await entries.protocol('api', protocol)).toBe('true');
  await entries.protocol('web', 'http');
  await entries.ingress('h', 'http', 'web');
  expect(await entries.protocol('web', 'grpc')).toBe('service "web" has protocol "grpc", which does not match defined listener protocol "http"');
});

test('the protocol of all services cannot change under an HTTP listener, nor does it hold for a service that has an entry without a protocol', async () => {
  const entries = new Entries();
  await entries.protocolOfAll('http');
  await entries.ingress('h', 'http', 'web');
  expect(await entries.protocolOfAll('tcp')).toBe('service "web" has protocol "tcp", which does not match defined listener protocol "http"');
  expect(await entries.protocol('web', '')).toBe('service "web" has protocol "tcp", which does not match defined listener protocol "http"');
  await entries.protocol('api', '');
  expect(await entries.ingress('i', 'http', 'api')).toBe('service "api" has protocol "tcp", which does not match defined listener protocol "http"');
  expect(await entries.ingress('i', 'tcp', 'api')).toBe('true');
});
