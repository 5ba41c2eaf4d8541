import {expect, it} from 'vitest';
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
