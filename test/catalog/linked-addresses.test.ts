import {expect, test} from 'vitest';
import {NodeService, RegisterRequest} from '../../src/catalog/schema.ts';
import {TerminatingGatewayConfigEntry} from '../../src/config-entry/entries/gateways.ts';
import {ConfigEntryRequest} from '../../src/config-entry/schema.ts';
import {SystemMetadataEntry, SystemMetadataRequest} from '../../src/config-entry/system-metadata.ts';
import {virtualIpOf} from '../../src/config-entry/virtual-ips.ts';
import {Applying} from '../fsm/applying.ts';

test('a terminating gateway gives addresses to what it leads to, were these linked before servers agreed on addresses', async () => {
  const applying = new Applying();
  const Entry = TerminatingGatewayConfigEntry.fromJson('{"Kind":"terminating-gateway","Name":"gw","Services":[{"Name":"db"}]}');
  await applying.apply(22, ConfigEntryRequest, {Kind: 'terminating-gateway', Op: 'upsert', Datacenter: 'dc1', Entry, Token: ''});
  for (const Key of ['virtual-ips', 'virtual-ips-term-gateway']) {
    await applying.apply(31, SystemMetadataRequest, SystemMetadataRequest.make({Op: 'upsert', Entry: SystemMetadataEntry.make({Key, Value: 'true'})}));
  }
  expect(virtualIpOf(applying.view, 'db')).toBeUndefined();
  await applying.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: NodeService.make({Kind: 'terminating-gateway', ID: 'g', Service: 'gw', Port: 1})}));
  expect(virtualIpOf(applying.view, 'db')).toBe('240.0.0.1');
});
