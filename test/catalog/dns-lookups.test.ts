import {describe, expect, it} from 'vitest';
import {denyAll} from '../../src/acl/fixed-authorizers.ts';
import {CatalogLookups, type CatalogLookupOptions} from '../../src/catalog/lookups.ts';
import {NoSuchNameError, type ServiceQuestion} from '../../src/dns/lookups.ts';
import {type ServiceSpecificRequest} from '../../src/catalog/requests.ts';
import {type Router} from '../../src/rpc/router.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {CatalogServer} from './catalog-server.ts';

function lookupsOf(server: CatalogServer, options: Partial<CatalogLookupOptions> = {}): CatalogLookups {
  return new CatalogLookups({router: server.router, datacenter: 'dc1', token: () => '', allowStale: true, maxStaleNs: 0, mayServeKept: () => true, logger: silentLogger, ...options});
}

const web: ServiceQuestion = {service: 'web', tag: '', kind: 'service', datacenter: 'dc1', peer: ''};

async function serverWithWeb(): Promise<CatalogServer> {
  const server = new CatalogServer({none: denyAll});
  await server.register({
    Node: 'Foo',
    Address: '10.0.0.1',
    TaggedAddresses: {wan: '192.0.2.1'},
    NodeMeta: {rack: 'r1'},
    Service: {ID: 'web1', Service: 'Web', Tags: ['Prod'], Port: 80, Weights: {Passing: 3, Warning: 2}, TaggedAddresses: {wan: {Address: '192.0.2.9', Port: 8080}}},
    Checks: [
      {Node: 'Foo', CheckID: 'node', Status: 'warning'},
      {Node: 'Foo', CheckID: 'web', Status: 'passing', ServiceID: 'web1'},
    ],
  });
  return server;
}

describe('a service in DNS', () => {
  it('is found whatever its capitals, each instance with its node and its worst check', async () => {
    const lookups = lookupsOf(await serverWithWeb());
    const {value} = await lookups.services({...web, tag: 'prod'});
    expect(value).toEqual([
      {
        node: {node: 'Foo', address: '10.0.0.1', datacenter: 'dc1', peer: '', taggedAddresses: {wan: '192.0.2.1'}, meta: {rack: 'r1'}},
        service: 'Web',
        address: '',
        port: 80,
        taggedAddresses: {wan: {address: '192.0.2.9', port: 8080}},
        weights: {passing: 3, warning: 2},
        status: 'warning',
      },
    ]);
    expect((await lookups.services({...web, tag: 'test'})).value).toEqual([]);
    expect((await lookups.services({...web, peer: 'other'})).value).toEqual([]);
  });

  it('comes as its proxies where the mesh is asked for', async () => {
    const server = await serverWithWeb();
    await server.register({Node: 'Foo', Address: '10.0.0.1', Service: {ID: 'p', Service: 'web-proxy', Kind: 'connect-proxy', Port: 21000, Proxy: {DestinationServiceName: 'web'}}});
    const {value} = await lookupsOf(server).services({...web, kind: 'connect'});
    expect(value).toMatchObject([{service: 'web-proxy', port: 21000}]);
  });

  it('is fresh until something of it changes, and only while the server may answer from memory', async () => {
    const server = await serverWithWeb();
    let mayServe = true;
    const lookups = lookupsOf(server, {mayServeKept: () => mayServe});
    const {freshness} = await lookups.services(web);
    await server.register({Node: 'other', Address: '10.0.0.2', Service: {ID: 'db', Service: 'db'}});
    expect(freshness?.stale()).toBe(false);
    mayServe = false;
    expect(freshness?.stale()).toBe(true);
    mayServe = true;
    await server.register({Node: 'Foo', Address: '10.0.0.1', TaggedAddresses: {wan: '192.0.2.1'}, NodeMeta: {rack: 'r1'}, Check: {Node: 'Foo', CheckID: 'node', Status: 'critical'}});
    expect(freshness?.stale()).toBe(true);
    const missing = (await lookups.services({...web, service: 'none'})).freshness;
    expect(missing?.stale()).toBe(false);
    await server.register({Node: 'other', Address: '10.0.0.2', Service: {ID: 'none', Service: 'none'}});
    expect(missing?.stale()).toBe(true);
  });

  it('is hidden from a token that may not see it', async () => {
    const lookups = lookupsOf(await serverWithWeb(), {token: () => 'none'});
    expect((await lookups.services(web)).value).toEqual([]);
    expect((await lookups.node('foo', {datacenter: 'dc1', peer: ''})).value).toBeNull();
  });

  it('is no name in a datacenter that nobody knows', async () => {
    await expect(lookupsOf(await serverWithWeb()).services({...web, datacenter: 'dc9'})).rejects.toThrow(NoSuchNameError);
  });
});

describe('a node in DNS', () => {
  it('is found by its name, not by its id, and kept until it changes', async () => {
    const server = new CatalogServer();
    const ID = 'abcdefab-1111-2222-3333-444444444444';
    await server.register({Node: 'Foo', ID, Address: '10.0.0.1'});
    const lookups = lookupsOf(server);
    const here = {datacenter: 'dc1', peer: ''};
    const {value, freshness} = await lookups.node('foo', here);
    expect(value).toMatchObject({node: 'Foo', address: '10.0.0.1'});
    expect((await lookups.node(ID, here)).value).toBeNull();
    await server.register({Node: 'other', Address: '10.0.0.2'});
    expect(freshness?.stale()).toBe(false);
    await server.register({Node: 'Foo', ID, Address: '10.0.0.9'});
    expect(freshness?.stale()).toBe(true);
  });
});

describe('an address in DNS', () => {
  const expanded = '2001:0db8:0000:0000:0000:0000:0000:0001';

  it('leads to the first node that has it, in whatever spelling', async () => {
    const server = new CatalogServer();
    await server.register({Node: 'b', Address: '2001:DB8:0::1'});
    await server.register({Node: 'a', Address: '2001:db8::1'});
    expect(await lookupsOf(server).nodeByAddress(expanded)).toMatchObject({node: 'a'});
    expect(await lookupsOf(server).nodeByAddress('10.0.0.1')).toBeNull();
  });

  it('leads to the service that has it in its shortest spelling', async () => {
    const server = new CatalogServer();
    await server.register({Node: 'n', Address: '10.0.0.1', Service: {ID: 'six', Service: 'six', Address: '2001:db8::1'}});
    await server.register({Node: 'n', Address: '10.0.0.1', Service: {ID: 'four', Service: 'four', Address: '10.0.0.7'}});
    const lookups = lookupsOf(server);
    expect(await lookups.serviceByAddress(expanded)).toMatchObject({service: 'six'});
    expect(await lookups.serviceByAddress('0000:0000:0000:0000:0000:ffff:0a00:0007')).toMatchObject({service: 'four'});
    expect(await lookups.serviceByAddress('10.0.0.1')).toBeNull();
  });
});

describe('the servers in DNS', () => {
  it('are the nodes of the service consul that are not critical', async () => {
    const server = new CatalogServer();
    for (const [Node, Status] of [['s1', 'passing'], ['s2', 'critical']] as const) {
      await server.register({Node, Address: '10.0.0.1', Service: {ID: 'consul', Service: 'consul', Port: 8300}, Check: {Node, CheckID: 'serfHealth', Status}});
    }
    expect(await lookupsOf(server).servers()).toMatchObject([{node: 's1'}]);
  });
});

describe('with dns_config.use_cache', () => {
  it('services are asked for out of what the agent keeps, as old as is allowed, and only then', async () => {
    const asked: ServiceSpecificRequest[] = [];
    const router: Router = {
      call: <Req, Res>(_: unknown, request: Req) => {
        asked.push(request as ServiceSpecificRequest);
        return Promise.resolve({Nodes: []} as Res);
      },
    };
    let cache: {readonly maxAgeNs: number} | undefined = {maxAgeNs: 5e9};
    const lookups = lookupsOf(new CatalogServer(), {router, cache: () => cache});
    await lookups.services(web);
    cache = undefined;
    await lookups.services(web);
    expect(asked.map(({UseCache, MaxAge}) => [UseCache, MaxAge])).toEqual([[true, 5e9], [false, 0]]);
  });
});
