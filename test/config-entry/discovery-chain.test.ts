import {describe, expect, test} from 'vitest';
import {compileChain, protocolOf, type RoutingEntries} from '../../src/config-entry/discovery-chain.ts';
import {ProxyConfigEntry} from '../../src/config-entry/entries/proxy-defaults.ts';
import {ServiceResolverConfigEntry, ServiceRouterConfigEntry, ServiceSplitterConfigEntry} from '../../src/config-entry/entries/routing.ts';
import {ServiceConfigEntry} from '../../src/config-entry/entries/service-defaults.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {type Type} from '../../src/schema/type.ts';

type Bodies = Readonly<Record<string, object>>;

/** Entries from their JSON, by the name of their service. */
function entries(given: {router?: Bodies; splitter?: Bodies; resolver?: Bodies; defaults?: Bodies; proxy?: object}): RoutingEntries {
  const from = <T>(codec: Type<T>, bodies: Bodies | undefined) => (service: string): T | undefined => {
    const body = bodies?.[service];
    return body === undefined ? undefined : codec.fromJson(JSON.stringify({Name: service, ...body}));
  };
  return {
    router: from(ServiceRouterConfigEntry, given.router),
    splitter: from(ServiceSplitterConfigEntry, given.splitter),
    resolver: from(ServiceResolverConfigEntry, given.resolver),
    defaults: from(ServiceConfigEntry, given.defaults),
    proxyDefaults: () => (given.proxy === undefined ? undefined : ProxyConfigEntry.fromJson(JSON.stringify(given.proxy))),
  };
}

const http = {proxy: {Config: {protocol: 'http'}}};

function targets(of: RoutingEntries, service = 'web'): string[] | string {
  const chain = compileChain(of, service, 'dc1');
  return chain instanceof ConsulError ? chain.message : [...chain.targets.keys()];
}

describe('a chain ends', () => {
  test('at the service itself when nothing is said', () => {
    expect(targets(entries({}))).toEqual(['web.default.default.dc1']);
  });

  test('where routes, splits and redirects lead, and at those that stand in', () => {
    const of = entries({
      ...http,
      router: {web: {Routes: [{Match: {HTTP: {PathPrefix: '/api'}}, Destination: {Service: 'api'}}]}},
      splitter: {web: {Splits: [{Weight: 50}, {Weight: 50, Service: 'next', ServiceSubset: 'v2'}]}},
      resolver: {
        api: {Redirect: {Service: 'backend', Datacenter: 'dc2'}},
        next: {Subsets: {v2: {}}, Failover: {v2: {Targets: [{Peer: 'p'}, {Service: 'spare'}]}}},
      },
    });
    expect(targets(of)).toEqual([
      'backend.default.default.dc2', 'web.default.default.dc1', 'v2.next.default.default.dc1', 'v2.next.default.default.external.p', 'spare.default.default.dc1',
    ]);
  });

  test('at the default subset', () => {
    expect(targets(entries({resolver: {web: {DefaultSubset: 'v1', Subsets: {v1: {}}}}}))).toEqual(['v1.web.default.default.dc1']);
  });
});

describe('a chain is refused', () => {
  test.each([
    ['that comes back to where it was', {resolver: {web: {Redirect: {Service: 'a'}}, a: {Redirect: {Service: 'web'}}}},
      'detected circular resolver redirect: [web.default.default.dc1 -> a.default.default.dc1 -> web.default.default.dc1]'],
    ['whose splitters go in a circle', {...http, splitter: {web: {Splits: [{Weight: 100, Service: 'a'}]}, a: {Splits: [{Weight: 100, Service: 'web'}]}}},
      'detected circular reference: [splitter:web.default.default -> splitter:a.default.default -> splitter:web.default.default]'],
    ['that asks for a subset that there is not', {resolver: {web: {Redirect: {Service: 'a', ServiceSubset: 'x'}}}}, 'service "a" does not have a subset named "x"'],
    ['that splits what are no requests', {splitter: {web: {Splits: [{Weight: 100}]}}},
      'discovery chain "web" uses a protocol "tcp" that does not permit advanced routing or splitting behavior'],
    ['whose services differ in protocol', {resolver: {web: {Redirect: {Service: 'a'}}}, defaults: {a: {Protocol: 'grpc'}}},
      'discovery chain "web" uses inconsistent protocols; service "a" has "grpc" which is not "tcp"'],
    ['of a service outside that is redirected', {resolver: {web: {Redirect: {Service: 'a'}}}, defaults: {web: {ExternalSNI: 'x'}}},
      'service "web" has an external SNI set; cannot define redirects for external services'],
  ] as const)('%s', (_which, given, text) => {
    expect(targets(entries(given))).toBe(text);
  });
});

test('the protocol is the service’s own, else the mesh’s, else tcp', () => {
  expect(protocolOf(entries({}), 'web')).toBe('tcp');
  expect(protocolOf(entries(http), 'web')).toBe('http');
  expect(protocolOf(entries({...http, defaults: {web: {Protocol: 'grpc'}}}), 'web')).toBe('grpc');
});
