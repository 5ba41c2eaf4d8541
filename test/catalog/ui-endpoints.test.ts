import {describe, expect, it} from 'vitest';
import {type Authorizer} from '../../src/acl/authorizer.ts';
import {GatewayService} from '../../src/catalog/requests.ts';
import {CheckServiceNode, HealthCheck, Node, NodeService} from '../../src/catalog/schema.ts';
import {runThrough} from '../../src/runtime/slices.ts';
import {serviceListings} from '../../src/catalog/service-summaries.ts';
import {type RunningAgent, startAgent} from '../agent/running-agent.ts';

const proxyOfWeb = {Service: 'web-proxy', Kind: 'connect-proxy', Port: 81, Tags: ['hidden'], Proxy: {DestinationServiceName: 'web', Mode: 'transparent'}};

async function withServices(authorizer?: Authorizer): Promise<RunningAgent> {
  const agent = await startAgent({...(authorizer && {authorizer}), config: 'ui_config { enabled = false }'});
  const registrations = [
    {
      Node: 'b',
      Address: '10.0.0.2',
      Service: {ID: 'web1', Service: 'web', Tags: ['v1', 'prod'], Meta: {'external-source': 'nomad'}},
      Checks: [
        {CheckID: 'alive', Name: 'alive', Status: 'warning'},
        {CheckID: 'http', Name: 'http', Status: 'critical', ServiceID: 'web1'},
      ],
    },
    {Node: 'a', Address: '10.0.0.1', Service: {ID: 'web2', Service: 'web', Tags: ['prod']}, Check: {CheckID: 'http', Name: 'http', Status: 'passing', ServiceID: 'web2'}},
    {Node: 'a', Address: '10.0.0.1', Service: proxyOfWeb, Check: {CheckID: 'proxy', Name: 'proxy', Status: 'warning', ServiceID: 'web-proxy'}},
    {Node: 'c', Address: '10.0.0.3', Check: {CheckID: 'odd', Name: 'odd', Status: 'weird'}},
  ];
  for (const registration of registrations) await agent.call('PUT', '/v1/catalog/register', registration);
  return agent;
}

describe('the services of the UI', () => {
  it('are one line each, with the checks of their proxies counted once a node', async () => {
    const {json} = await withServices();
    const listed = (await json('/v1/internal/ui/services')) as {Name: string}[];
    expect(listed.map(({Name}) => Name)).toEqual(['consul', 'web', 'web-proxy']);
    expect(listed[1]).toEqual({
      Name: 'web',
      Datacenter: 'dc1',
      Tags: ['prod', 'v1'],
      Nodes: ['a', 'b'],
      ExternalSources: ['nomad'],
      InstanceCount: 2,
      ChecksPassing: 1,
      ChecksWarning: 2,
      ChecksCritical: 1,
      GatewayConfig: {},
      TransparentProxy: true,
      ConnectNative: false,
      ConnectedWithProxy: true,
      ConnectedWithGateway: false,
    });
  });

  it('wait for news', async () => {
    const {call} = await withServices();
    const index = (await call('GET', '/v1/internal/ui/services')).headers.get('x-consul-index');
    const news = call('GET', `/v1/internal/ui/services?index=${index}&wait=60s`);
    await call('PUT', '/v1/catalog/register', {Node: 'c', Address: '10.0.0.3', Service: {Service: 'late'}});
    expect((await news).text).toContain('"late"');
  });

  it('show a proxy’s destination that has no instance, and who has a gateway', () => {
    const proxy = CheckServiceNode.make({
      Node: Node.make({Node: 'n'}),
      Service: NodeService.make({Service: 'p', Kind: 'connect-proxy', Proxy: {...NodeService.zero().Proxy, DestinationServiceName: 'ghost'}}),
      Checks: [HealthCheck.make({Node: 'n', CheckID: 'c', Status: 'passing'})],
    });
    const links = ['ghost', 'elsewhere'].map((Name) => GatewayService.make({Gateway: {Name: 'p'}, Service: {Name}}));
    const [ghost, gateway] = runThrough(serviceListings([proxy], links, 'dc1'));
    expect(ghost).toMatchObject({Name: 'ghost', Datacenter: '', InstanceCount: 0, Nodes: null, ChecksPassing: 1, ConnectedWithProxy: true, ConnectedWithGateway: true});
    expect(gateway).toMatchObject({Name: 'p', Datacenter: 'dc1', GatewayConfig: {AssociatedServiceCount: 2}, ConnectedWithGateway: false});
  });
});

describe('the nodes of the UI', () => {
  it('come with all that is on them', async () => {
    const {call, json} = await withServices();
    expect(await json('/v1/internal/ui/nodes')).toMatchObject([
      {Node: 'a', Services: [{ID: 'web-proxy'}, {ID: 'web2'}], Checks: [{CheckID: 'http'}, {CheckID: 'proxy'}]},
      {Node: 'b', Services: [{ID: 'web1'}]},
      {Node: 'c', Services: [], Checks: [{CheckID: 'odd'}]},
      {Node: 'n1'},
    ]);
    expect(await json('/v1/internal/ui/node/C')).toMatchObject({Node: 'c', Address: '10.0.0.3', Services: []});
    expect(await call('GET', '/v1/internal/ui/node/none')).toMatchObject({status: 404, text: ''});
    expect(await call('GET', '/v1/internal/ui/node/a?peer=other')).toMatchObject({status: 404, text: ''});
    expect(await call('GET', '/v1/internal/ui/node/')).toMatchObject({status: 400, text: 'Missing node name'});
  });
});

describe('the overview of the UI', () => {
  it('counts nodes, instances and checks, each by its own checks', async () => {
    const {json} = await withServices();
    expect(await json('/v1/internal/ui/catalog-overview')).toEqual({
      Nodes: [{Total: 4, Passing: 3, Warning: 1, Critical: 0}],
      Services: [
        {Name: 'consul', Total: 1, Passing: 1, Warning: 0, Critical: 0},
        {Name: 'web', Total: 2, Passing: 1, Warning: 0, Critical: 1},
        {Name: 'web-proxy', Total: 1, Passing: 0, Warning: 1, Critical: 0},
      ],
      Checks: [
        {Name: 'Serf Health Status', Total: 1, Passing: 1, Warning: 0, Critical: 0},
        {Name: 'alive', Total: 1, Passing: 0, Warning: 1, Critical: 0},
        {Name: 'http', Total: 2, Passing: 1, Warning: 0, Critical: 1},
        {Name: 'odd', Total: 1, Passing: 0, Warning: 0, Critical: 0},
        {Name: 'proxy', Total: 1, Passing: 0, Warning: 1, Critical: 0},
      ],
    });
  });
});

describe('a token with few rights', () => {
  const only = (...allowed: readonly string[]): Authorizer => ({
    fingerprint: allowed.join(),
    accessorId: 'few',
    allows: (resource, access) => access === 'write' || allowed.includes(resource),
    allowsPrefix: () => false,
  });

  it('sees nodes without what is on them', async () => {
    const {call} = await withServices(only('node'));
    const reply = await call('GET', '/v1/internal/ui/node/a?token=few');
    expect(JSON.parse(reply.text)).toMatchObject({Node: 'a', Services: [], Checks: []});
    expect(reply.headers.get('x-consul-results-filtered-by-acls')).toBe('true');
    expect((await call('GET', '/v1/internal/ui/services?token=few')).text.trim()).toBe('[]');
    expect(await call('GET', '/v1/internal/ui/catalog-overview?token=few')).toMatchObject({status: 403});
  });

  it('counts only what it may see', async () => {
    const {json} = await withServices(only('operator'));
    expect(await json('/v1/internal/ui/catalog-overview')).toEqual({Nodes: null, Services: null, Checks: null});
  });
});
