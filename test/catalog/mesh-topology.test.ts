import {expect, test} from 'vitest';
import {noProxy, Upstream} from '../../src/catalog/proxy-schema.ts';
import {DeregisterRequest, NodeService, RegisterRequest, ServiceConnect} from '../../src/catalog/schema.ts';
import {Applying} from '../fsm/applying.ts';

/** As 1.21.4 was seen to move the index of the topology, alone and with its whole log applied. */
class Topology extends Applying {
  /** A proxy of `web`, unless told otherwise. @returns whether the index moved */
  async register(Node: string, upstreams: readonly string[], DestinationServiceName = 'web'): Promise<boolean> {
    const Upstreams = upstreams.map((DestinationName) => Upstream.make({DestinationName}));
    const Service = NodeService.make({Kind: 'connect-proxy', ID: 'p', Service: 'p', Port: 1, Proxy: {...noProxy, DestinationServiceName, Upstreams}});
    await this.apply(0, RegisterRequest, RegisterRequest.make({Node, Address: '10.0.0.1', Service}));
    return this.#isMoved;
  }

  /** In the place of the proxy: an instance that is in the mesh by itself, or one that is not. */
  async registerPlain(Node: string, Native: boolean): Promise<boolean> {
    const Service = NodeService.make({ID: 'p', Service: 'web', Port: 1, Connect: {...ServiceConnect.zero(), Native}});
    await this.apply(0, RegisterRequest, RegisterRequest.make({Node, Address: '10.0.0.1', Service}));
    return this.#isMoved;
  }

  async deregister(Node: string): Promise<boolean> {
    await this.apply(1, DeregisterRequest, DeregisterRequest.make({Node, ServiceID: 'p'}));
    return this.#isMoved;
  }

  get #isMoved(): boolean {
    return this.view.indexOf('mesh-topology') === this.index;
  }
}

test('of proxies with the same upstream only the end of the last that was written moves the index', async () => {
  const topology = new Topology();
  for (const node of ['n1', 'n2', 'n3']) expect(await topology.register(node, ['db'])).toBe(true);
  expect(await topology.deregister('n2')).toBe(false);
  expect(await topology.register('n1', ['db'])).toBe(true);
  expect(await topology.deregister('n1')).toBe(true);
  expect(await topology.deregister('n3')).toBe(false);
});

test('an upstream that one proxy drops is gone, whoever else has it, and dropping it too moves the index again', async () => {
  const topology = new Topology();
  await topology.register('n1', ['db']);
  await topology.register('n2', ['db']);
  expect(await topology.register('n1', ['api'])).toBe(true);
  expect(await topology.deregister('n2')).toBe(false);
  expect(await topology.deregister('n1')).toBe(true);
  await topology.register('n1', ['db']);
  await topology.register('n2', ['db']);
  expect(await topology.register('n1', [])).toBe(true);
  expect(await topology.register('n2', [])).toBe(true);
  expect(await topology.register('n2', [])).toBe(false);
});

test('a proxy that goes over to another service leaves the upstreams of the first to others', async () => {
  const topology = new Topology();
  await topology.register('n1', ['db']);
  await topology.register('n2', ['db']);
  expect(await topology.register('n1', ['db'], 'other')).toBe(true);
  expect(await topology.deregister('n2')).toBe(true);
  expect(await topology.deregister('n1')).toBe(true);
});

test('a proxy that becomes an instance in the mesh drops its upstreams, one that becomes another instance says nothing', async () => {
  const topology = new Topology();
  await topology.register('n1', ['db']);
  expect(await topology.registerPlain('n1', true)).toBe(true);
  await topology.register('n2', ['db']);
  expect(await topology.registerPlain('n2', false)).toBe(false);
});
