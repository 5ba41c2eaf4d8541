import {expect, it} from 'vitest';
import {catalogNodeServiceList, catalogNodeServices, catalogServiceNodes, healthServiceNodes} from '../../src/catalog/methods.ts';
import {ServiceSpecificRequest} from '../../src/catalog/requests.ts';
import {NodeSpecificRequest} from '../../src/schema/rpc-common.ts';
import {CatalogServer} from './catalog-server.ts';

it.each([
  {PeerName: 'p'},
  {Node: 'n', Address: '10.0.0.1', PeerName: 'p'},
  {Node: 'n', Address: '10.0.0.1', Service: {Service: 'web', PeerName: 'p'}},
  {Node: 'n', Address: '10.0.0.1', Check: {Name: 'c', PeerName: 'p'}},
  {Node: 'n', Address: '10.0.0.1', PeerName: 'p', Checks: [{Name: 'c', PeerName: 'p'}]},
])('nobody registers as imported from a peer: %j', async (body) => {
  await expect(new CatalogServer().register(body)).rejects.toThrow(/^cannot register requests with PeerName in them$/);
});

it('who asks over port 8300 for a service or a node names it', async () => {
  const server = new CatalogServer();
  const ofNothing = ServiceSpecificRequest.make({Datacenter: 'dc1'});
  await expect(server.call(healthServiceNodes, ofNothing)).rejects.toThrow(/^Must provide service name$/);
  await expect(server.call(catalogServiceNodes, ofNothing)).rejects.toThrow(/^Must provide service name$/);
  expect((await server.call(catalogServiceNodes, {...ofNothing, ServiceAddress: '10.0.0.1'})).ServiceNodes ?? []).toEqual([]);
  await expect(server.call(catalogNodeServices, NodeSpecificRequest.make({Datacenter: 'dc1'}))).rejects.toThrow(/^Must provide node$/);
  await expect(server.call(catalogNodeServiceList, NodeSpecificRequest.make({Datacenter: 'dc1'}))).rejects.toThrow(/^Must provide node$/);
});
