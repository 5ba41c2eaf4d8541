import {describe, expect, it} from 'vitest';
import {CheckDefinition} from '../../src/agent/local/check-definition.ts';
import {checkFault, serviceFault} from '../../src/agent/local/definition-faults.ts';
import {CriticalReaper} from '../../src/agent/local/critical-reaper.ts';
import {type ServiceDefinition} from '../../src/catalog/service-definition.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {checkIds, definitionOf, fromApi, localFixture, serviceIds, temporaryDir} from './local-fixture.ts';

const checkOf = (json: unknown): CheckDefinition => CheckDefinition.fromJson(JSON.stringify(json), {strict: true});
const proxy = (set: object): object => ({Name: 'x', Kind: 'connect-proxy', Port: 1, Proxy: {DestinationServiceName: 'y', ...set}});

/** As a 1.21.4 agent words them: one problem an upstream. */
const upstreamFaults: readonly (readonly [problem: string, upstreams: readonly object[]])[] = [
  ['unknown upstream destination type: "zz"', [{DestinationType: 'zz', DestinationName: ''}]],
  ['upstream destination name cannot be empty', [{DestinationName: ''}]],
  ['upstream destination name cannot be a wildcard', [{DestinationName: '*'}]],
  ['upstream cannot specify both destination peer and datacenter', [{DestinationName: 'a', DestinationPeer: 'p', Datacenter: 'd'}]],
  ['upstream local bind port or local socket path must be defined and nonzero', [{DestinationName: 'a'}]],
  ['only one of upstream local bind port or local socket path can be defined and nonzero', [{DestinationName: 'a', LocalBindPort: 1, LocalBindSocketPath: '/x'}]],
  ['upstreams cannot contain duplicates of [type="service", name="a", partition="", namespace="", peer="", datacenter=""]', [{DestinationName: 'a', LocalBindPort: 1}, {DestinationName: 'a', LocalBindPort: 1}]],
  ['upstreams cannot contain duplicates by local bind address and port or unix path; "127.0.0.1:1" is specified twice', [{DestinationName: 'a', LocalBindPort: 1}, {DestinationName: 'b', LocalBindAddress: '127.0.0.1', LocalBindPort: 1}]],
];

describe('a service that is refused', () => {
  it.each<[text: string, definition: object]>([
    ['Missing service name', {}],
    ['Missing service name', {Address: '0.0.0.0'}],
    ['Invalid service address', {Name: 'x', Address: '::', Weights: {Passing: 0}}],
    ['Invalid Weights: Passing must be greater than 0', {Name: 'x', Weights: {Passing: 0, Warning: -1}}],
    ['Invalid Weights: DNS Weight must be between 0 and 65535', {Name: 'x', Weights: {Passing: 1, Warning: 70_000}}],
    ["Invalid Service Meta: Couldn't load metadata pair ('a b', 'v'): Key contains invalid characters", {Name: 'x', Meta: {'a b': 'v'}}],
    ['Validation failed: 1 error occurred:\n\t* Port must be non-zero for a mesh-gateway\n\n', {Name: 'x', Kind: 'mesh-gateway'}],
    [
      'Validation failed: 2 errors occurred:\n\t* Port or SocketPath must be set for a connect-proxy\n\t* Proxy.DestinationServiceName must be non-empty for Connect proxy services\n\n',
      {Name: 'x', Kind: 'connect-proxy', Check: {TTL: '1s', Interval: '1s'}},
    ],
    ['Validation failed: 1 error occurred:\n\t* expose.paths: invalid listener port: 0\n\n', proxy({Expose: {Paths: [{Path: '/x', ListenerPort: 0}]}})],
    ...upstreamFaults.map(([problem, Upstreams]): [string, object] => [`Validation failed: 1 error occurred:\n\t* ${problem}\n\n`, proxy({Upstreams})]),
    ['Validation failed: 1 error occurred:\n\t* A SidecarService cannot specify an ID as this is managed by the agent\n\n', {Name: 'x', Port: 1, Connect: {SidecarService: {ID: 'y'}}}],
    ['Invalid check: Interval and TTL cannot both be specified', {Name: 'x', Check: {TTL: '1s', Interval: '1s', Status: 'zz'}}],
    ["Status for checks must 'passing', 'warning', 'critical'", {Name: 'x', Checks: [{TTL: '1s', Status: 'zz'}]}],
    ['Invalid check in sidecar_service: TTL must be > 0 for TTL checks', {Name: 'x', Connect: {SidecarService: {Check: {Name: 'n'}}}}],
  ])('gets: %s', (text, definition) => {
    expect(serviceFault(definitionOf(definition))).toMatchObject({message: text, httpStatus: 400});
  });
});

describe('a check that is refused', () => {
  it.each<[text: string, definition: object]>([
    ['Missing check name', {TTL: '10s'}],
    ['Bad check status', {Name: 'x', Status: 'zz'}],
    ['Invalid check: Interval and TTL cannot both be specified', {Name: 'x', TTL: '1s', Interval: '1s'}],
    ['Invalid check: Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks', {Name: 'x', H2PING: 'h:1'}],
    ['Invalid check: Interval cannot be set for Alias checks', {Name: 'x', AliasNode: 'n', TCP: 'h:1', Interval: '1s'}],
    ['Invalid check: TTL must be not be set for Alias checks', {Name: 'x', AliasService: 's', TTL: '1s'}],
    ['Invalid check: TTL must be > 0 for TTL checks', {Name: 'x', DockerContainerID: 'd', Interval: '1s'}],
    ['Invalid check: MaxOutputMaxSize must be positive', {Name: 'x', TTL: '1s', OutputMaxSize: -1}],
    ["Invalid check: FailuresBeforeWarning can't be higher than FailuresBeforeCritical", {Name: 'x', TTL: '1s', FailuresBeforeWarning: 2, FailuresBeforeCritical: 1}],
  ])('gets: %s', (text, definition) => {
    expect(checkFault(checkOf(definition))).toMatchObject({message: text, httpStatus: 400});
  });

  it('may leave open what has a default', () => {
    expect(checkOf({Name: 'x', H2PING: 'h:1', Interval: '1s', FailuresBeforeCritical: 3})).toMatchObject({H2PingUseTLS: true, FailuresBeforeWarning: 3});
    expect(checkOf({Name: 'x', H2PING: 'h:1', h2ping_use_tls: false})).toMatchObject({H2PingUseTLS: false});
    expect(checkOf({Name: 'x', TCP: 'h:1'})).toMatchObject({H2PingUseTLS: false});
  });
});

describe('the check of a service', () => {
  it('may name its service in vain, and knows fewer snake_case names than a check by itself', () => {
    expect(definitionOf({Name: 'x', Check: {TTL: '1s', ServiceID: 'y', service_id: 'z', tcp_use_tls: true}}).Check).toMatchObject({TTL: 1e9, TCPUseTLS: true});
    expect(() => definitionOf({Name: 'x', Check: {TTL: '1s', disable_redirects: true}})).toThrow('json: unknown field "disable_redirects"');
    expect(checkOf({Name: 'x', disable_redirects: true}).DisableRedirects).toBe(true);
  });

  it('that is no object is refused in Go\'s words', () => {
    expect(() => definitionOf({Name: 'x', Check: []})).toThrow(/^json: cannot unmarshal array into Go struct field \.Alias\.Check of type struct \{ Interval interface \{\}; .*"json:\\"service_id\\""; \*structs\.Alias \}$/);
  });
});

describe('registering', () => {
  it('fills in what is left open', async () => {
    const agent = localFixture('');
    await agent.registrar.addService(definitionOf({Name: 'web', Address: '10.0.0.1', Port: 80, TaggedAddresses: {wan_ipv4: {Address: '1.2.3.4', Port: 8080}}, Checks: [{TTL: '1m'}, {CheckID: 'own', TTL: '1m', Status: 'passing'}]}), fromApi, false);
    expect(agent.state.service('web')?.service).toMatchObject({ID: 'web', Weights: {Passing: 1, Warning: 1}});
    expect(agent.state.service('web')?.service.TaggedAddresses).toEqual(
      new Map([['wan_ipv4', {Address: '1.2.3.4', Port: 8080}], ['lan_ipv4', {Address: '10.0.0.1', Port: 80}]]),
    );
    expect(agent.state.check('service:web:1')?.check).toMatchObject({Name: "Service 'web' check", Status: 'critical', Type: 'ttl', Interval: ''});
    expect(agent.state.check('own')?.check.Status).toBe('passing');
  });

  it('leaves nothing behind when a part is refused', async () => {
    const dir = temporaryDir();
    const agent = localFixture(dir);
    const refused: readonly (readonly [object, string])[] = [
      [{Name: 'x', Check: {Args: ['true'], Interval: '10s'}}, 'Scripts are disabled on this agent from remote calls'],
      [{Name: 'x', TaggedAddresses: {lan_ipv6: {Address: '10.0.0.1'}}}, 'Service tagged address "lan_ipv6" must be a valid ipv6 address'],
      [{Name: 'x', Port: 1, Connect: {SidecarService: {Kind: 'mesh-gateway', Check: {TTL: '1s'}}}}, 'Failed Validation: '],
    ];
    for (const [definition, text] of refused) await expect(agent.registrar.addService(definitionOf(definition), fromApi, false)).rejects.toThrow(text);
    expect(serviceIds(agent)).toEqual([]);
    expect(await agent.files.loadServices()).toEqual([]);
  });

  it('again keeps what a check said, and drops other checks only when asked to', async () => {
    const agent = localFixture('');
    await agent.registrar.addService(definitionOf({Name: 'web', Checks: [{TTL: '1m'}, {TTL: '2m'}]}), fromApi, false);
    await agent.registrations.updateTtl('service:web:1', 'passing', 'fine');
    await agent.registrar.addService(definitionOf({Name: 'web', Checks: [{CheckID: 'service:web:1', TTL: '5m'}]}), fromApi, false);
    expect(checkIds(agent)).toEqual(['service:web:1', 'service:web:2']);
    expect(agent.state.check('service:web:1')?.check).toMatchObject({Status: 'passing', Output: 'fine'});
    await agent.registrar.addService(definitionOf({Name: 'web', Checks: [{CheckID: 'service:web:1', TTL: '5m'}]}), fromApi, true);
    expect(checkIds(agent)).toEqual(['service:web:1']);
  });

  it('brings a sidecar on the lowest free port, and takes it away again', async () => {
    const agent = localFixture('');
    const sidecar = (name: string): object => ({Name: name, Port: 80, Address: '10.1.1.1', Tags: ['t'], Meta: {m: '1'}, Weights: {Passing: 3, Warning: 1}, Connect: {SidecarService: {}}});
    await agent.registrar.addService(definitionOf(sidecar('a')), fromApi, false);
    await agent.registrar.addService(definitionOf(sidecar('b')), fromApi, false);
    expect(agent.state.service('a')?.service.Connect.SidecarService).toBeNull();
    expect(agent.state.service('b-sidecar-proxy')?.service).toMatchObject({
      Kind: 'connect-proxy', Service: 'b-sidecar-proxy', Port: 21_001, Tags: ['t'], Weights: {Passing: 1, Warning: 1}, LocallyRegisteredAsSidecar: true,
      Proxy: {DestinationServiceName: 'b', DestinationServiceID: 'b', LocalServiceAddress: '127.0.0.1', LocalServicePort: 80},
    });
    expect(agent.state.check('service:b-sidecar-proxy:2')?.check).toMatchObject({Name: 'Connect Sidecar Aliasing b', Type: 'alias'});
    await expect(agent.registrar.addService(definitionOf(sidecar('c')), fromApi, false)).rejects.toThrow(
      'Invalid SidecarService: no port provided for sidecar_service and none left in the configured range [21000, 21001]',
    );
    await agent.registrar.addService(definitionOf(sidecar('b')), fromApi, false);
    expect(agent.state.service('b-sidecar-proxy')?.service.Port).toBe(21_001);
    await agent.registrations.removeService('b');
    expect(serviceIds(agent)).toEqual(['a', 'a-sidecar-proxy']);
  });

  it('refuses to touch what is not there', async () => {
    const agent = localFixture('');
    await expect(agent.registrations.removeService('x')).rejects.toMatchObject({httpStatus: 404, message: 'Unknown service ID "x". Ensure that the service ID is passed, not the service name.'});
    await expect(agent.registrations.removeCheck('x')).rejects.toMatchObject({httpStatus: 404});
    await expect(agent.registrations.updateTtl('x', 'passing', '')).rejects.toMatchObject({httpStatus: 404});
    await expect(agent.registrar.addCheck(checkOf({Name: 'c', ServiceID: 'x', TTL: '1s'}), fromApi)).rejects.toMatchObject({httpStatus: 404, message: 'ServiceID "x" does not exist'});
    await agent.registrar.addCheck(checkOf({Name: 'tcp', TCP: 'h:1', Interval: '1s'}), fromApi);
    await expect(agent.registrations.updateTtl('tcp', 'passing', '')).rejects.toMatchObject({httpStatus: 500, message: 'CheckID "tcp" does not have associated TTL'});
  });
});

describe('a proxy that exposes checks', () => {
  it('is what HTTP and gRPC checks of its service go through, each on a port of its own', async () => {
    const agent = localFixture('');
    const checks = [{CheckID: 'h', HTTP: 'http://10.0.0.1:8080/ok?x=1', Interval: '1s'}, {CheckID: 'g', GRPC: '10.0.0.1:9/a/b', Interval: '1s'}, {CheckID: 't', TCP: '10.0.0.1:9', Interval: '1s'}];
    const target = (id: string): string => {
      const type = agent.created.findLast(({checkId}) => checkId === id)?.type;
      return (type?.HTTP ?? '') + (type?.GRPC ?? '') + (type?.TCP ?? '');
    };
    const exposedPort = (id: string): number | undefined => agent.state.check(id)?.check.ExposedPort;
    const proxyOf = (Address: string, Checks: boolean): ServiceDefinition => definitionOf({...proxy({DestinationServiceID: 'web', Expose: {Checks}}), Address});
    await agent.registrar.addService(definitionOf({Name: 'web', Checks: checks}), fromApi, false);
    await agent.registrar.addService(proxyOf('10.7.7.7', true), fromApi, false);
    expect(['h', 'g', 't'].map(target)).toEqual(['http://10.7.7.7:21500/ok?x=1', '10.7.7.7:21501/a/b', '10.0.0.1:9']);
    expect(['h', 'g', 't'].map(exposedPort)).toEqual([21_500, 21_501, 0]);
    await agent.registrar.addService(proxyOf('::1', true), fromApi, false);
    expect(['h', 'g'].map(target)).toEqual(['http://[::1]:21500/ok?x=1', '[::1]:21501/a/b']);
    await agent.registrar.addCheck(checkOf({Name: 'more', ServiceID: 'web', HTTP: 'http://h/', Interval: '1s'}), fromApi);
    expect([target('more'), exposedPort('more')]).toEqual(['http://h/', 0]);
    expect(agent.logged).toContain('ERROR check is not exposed by its proxy');
    await agent.registrar.addService(proxyOf('::1', false), fromApi, false);
    expect(['h', 'g'].map(target)).toEqual(['http://10.0.0.1:8080/ok?x=1', '10.0.0.1:9/a/b']);
    await agent.registrar.addService(proxyOf('::1', true), fromApi, false);
    await agent.registrations.removeService('x');
    expect(['h', 'g'].map(exposedPort)).toEqual([0, 0]);
  });
});

describe('maintenance', () => {
  it('is a critical check with the first reason, and idempotent both ways', async () => {
    const agent = localFixture('');
    await agent.registrar.addService(definitionOf({Name: 'web', Tags: ['a']}), fromApi, false);
    await agent.maintenance.setService('web', true, 'because');
    await agent.maintenance.setService('web', true, 'again');
    expect(agent.state.check('_service_maintenance:web')?.check).toMatchObject({Status: 'critical', Notes: 'because', ServiceName: 'web', ServiceTags: ['a'], Type: 'maintenance'});
    await agent.maintenance.setService('web', false, '');
    await agent.maintenance.setService('web', false, '');
    await agent.maintenance.setNode(true, '');
    expect(agent.state.check('_node_maintenance')?.check.Notes).toContain('This is a default message.');
    expect(checkIds(agent)).toEqual(['_node_maintenance']);
    await expect(agent.maintenance.setService('nope', true, '')).rejects.toMatchObject({httpStatus: 404});
  });
});

describe('a service that stays critical', () => {
  it('is removed after its time, counted from the first critical result, and never before a minute', async () => {
    const agent = localFixture('');
    const {clock, state, registrations, checksRunning} = agent;
    const reaper = new CriticalReaper({state, registrations, checksRunning, clock, logger: silentLogger});
    await agent.registrar.addService(definitionOf({Name: 'web', Check: {TTL: '10s', DeregisterCriticalServiceAfter: '5s'}}), fromApi, false);
    expect(agent.logged).toContain('WARN check has deregister interval below minimum');
    // Registered as critical, but no result has said so.
    clock.advance(9_000);
    await reaper.reap();
    expect(serviceIds(agent)).toEqual(['web']);
    clock.advance(61_000);
    await reaper.reap();
    expect(serviceIds(agent)).toEqual(['web']);
    clock.advance(1_000);
    await reaper.reap();
    expect(serviceIds(agent)).toEqual([]);
    expect(checkIds(agent)).toEqual([]);
  });

  it('starts anew after a better result', async () => {
    const agent = localFixture('');
    const {clock, state, registrations, checksRunning} = agent;
    const reaper = new CriticalReaper({state, registrations, checksRunning, clock, logger: silentLogger});
    await agent.registrar.addService(definitionOf({Name: 'web', Check: {TTL: '10m', DeregisterCriticalServiceAfter: '2m'}}), fromApi, false);
    await registrations.updateTtl('service:web', 'critical', '');
    clock.advance(100_000);
    await registrations.updateTtl('service:web', 'warning', '');
    await registrations.updateTtl('service:web', 'critical', '');
    clock.advance(100_000);
    await reaper.reap();
    expect(serviceIds(agent)).toEqual(['web']);
    clock.advance(30_000);
    await reaper.reap();
    expect(serviceIds(agent)).toEqual([]);
  });
});
