import {selfSignedCertificate} from '../self-signed-certificate.ts';
import {type Story} from '../story.ts';

const certificate = selfSignedCertificate('example.com');

/** Configuration entries of every kind, written, changed, refused and removed. */
export const story: Story = {
  settleMs: 400,
  async run({put, delete: remove, get}) {
    const entry = (body: object, query = '') => put(`/v1/config${query}`, body);
    await entry({Kind: 'proxy-defaults', Name: 'global', Config: {protocol: 'http', n: 1, f: 0.5, l: ['a', {b: true}]}, MeshGateway: {Mode: 'local'}, Expose: {Checks: true}, AccessLogs: {Enabled: true, Type: 'stdout'}, Meta: {a: 'b', c: 'd'}, EnvoyExtensions: [{Name: 'builtin/lua', Arguments: {ProxyType: 'connect-proxy', Listener: 'inbound', Script: 'x'}}]});
    await entry({Kind: 'mesh', TLS: {Incoming: {TLSMinVersion: 'TLSv1_2'}}, TransparentProxy: {MeshDestinationsOnly: true}, HTTP: {SanitizeXForwardedClientCert: true}, Peering: {PeerThroughMeshGateways: true}, AllowEnablingPermissiveMutualTLS: true});
    await entry({Kind: 'service-defaults', Name: 'Web', Protocol: 'http', MutualTLSMode: 'permissive', UpstreamConfig: {Defaults: {ConnectTimeoutMs: 5, Limits: {MaxConnections: 0, MaxPendingRequests: 2}, PassiveHealthCheck: {Interval: '10s', MaxFailures: 2, EnforcingConsecutive5xx: 0}}, Overrides: [{Name: 'db', Protocol: 'tcp', MeshGateway: {Mode: 'remote'}}]}});
    await entry({Kind: 'service-defaults', Name: 'web', Protocol: 'http2', ExternalSNI: 'x.example.com', MaxInboundConnections: 3, LocalConnectTimeoutMs: 7, BalanceInboundConnections: 'exact_balance'});
    await entry({Kind: 'service-defaults', Name: 'web', Protocol: 'http', MutualTLSMode: 'strict'}, '?cas=0');
    await entry({Kind: 'service-defaults', Name: 'web', Protocol: 'http', MutualTLSMode: 'strict'}, '?cas=4');
    await entry({Kind: 'service-defaults', Name: 'web', Protocol: 'http'});
    await entry({Kind: 'service-resolver', Name: 'web', DefaultSubset: 'v1', Subsets: {v1: {Filter: 'Service.Meta.version == v1'}, v2: {OnlyPassing: true}}, ConnectTimeout: '15s', RequestTimeout: '3s', Failover: {'*': {Datacenters: ['dc2']}, v2: {Targets: [{Service: 'db'}, {Peer: 'p'}]}}, LoadBalancer: {Policy: 'ring_hash', RingHashConfig: {MinimumRingSize: 1, MaximumRingSize: 2}, HashPolicies: [{Field: 'cookie', FieldValue: 'c', CookieConfig: {TTL: '3s', Path: '/'}}, {SourceIP: true, Terminal: true}]}});
    await entry({Kind: 'service-splitter', Name: 'web', Splits: [{Weight: 90.5, ServiceSubset: 'v1', RequestHeaders: {Add: {a: 'b'}}}, {Weight: 9.5, ServiceSubset: 'v2'}]});
    await entry({Kind: 'service-router', Name: 'web', Routes: [{Match: {HTTP: {PathPrefix: '/a', Header: [{Name: 'h', Exact: 'x'}], QueryParam: [{Name: 'q', Present: true}], Methods: ['get']}}, Destination: {Service: 'api', ServiceSubset: '', PrefixRewrite: '/b', RequestTimeout: '3s', NumRetries: 4, RetryOnStatusCodes: [500], ResponseHeaders: {Remove: ['x']}}}, {Match: {HTTP: {PathRegex: '/r.*'}}}]});
    await entry({Kind: 'service-splitter', Name: 'web', Splits: [{Weight: 100, ServiceSubset: 'v3'}]});
    await entry({Kind: 'service-splitter', Name: 'web', Splits: [{Weight: 50, Service: 'split-tcp'}, {Weight: 50}]});
    await entry({Kind: 'service-defaults', Name: 'split-tcp', Protocol: 'tcp'});
    await entry({Kind: 'service-defaults', Name: 'other-tcp', Protocol: 'tcp'});
    await entry({Kind: 'service-splitter', Name: 'web', Splits: [{Weight: 50, Service: 'other-tcp'}, {Weight: 50}]});
    await entry({Kind: 'service-router', Name: 'other-tcp'});
    await entry({Kind: 'service-resolver', Name: 'r1', Redirect: {Service: 'r2'}});
    await entry({Kind: 'service-resolver', Name: 'r2', Redirect: {Service: 'r3'}});
    await entry({Kind: 'service-resolver', Name: 'r3', Redirect: {Service: 'r1'}});
    await entry({Kind: 'service-resolver', Name: 'r3', Redirect: {Service: 'r1', Datacenter: 'dc2'}});
    await entry({Kind: 'service-resolver', Name: 'r4', Redirect: {Service: 'web', ServiceSubset: 'nope'}});
    await entry({Kind: 'service-resolver', Name: 'r4', Redirect: {Service: 'web', ServiceSubset: 'v2'}});
    await entry({Kind: 'service-resolver', Name: 'web', ConnectTimeout: '15s'});
    await remove('/v1/config/service-resolver/web');
    await entry({Kind: 'service-splitter', Name: 's1', Splits: [{Weight: 100, Service: 's2'}]});
    await entry({Kind: 'service-splitter', Name: 's2', Splits: [{Weight: 100, Service: 's1'}]});
    await entry({Kind: 'service-splitter', Name: 's2', Splits: [{Weight: 100, Service: 's2'}]});
    await entry({Kind: 'service-router', Name: 's2', Routes: [{Match: {HTTP: {PathPrefix: '/'}}, Destination: {Service: 's2'}}]});
    await entry({Kind: 'service-defaults', Name: 'web', Protocol: 'http', ExternalSNI: 'y'});
    await entry({Kind: 'service-defaults', Name: 'web', Protocol: 'tcp'});
    await entry({Kind: 'proxy-defaults', Name: 'global', Config: {protocol: 'tcp'}});
    await remove('/v1/config/proxy-defaults/global');
    await remove('/v1/config/service-defaults/web');
    await entry({Kind: 'service-resolver', Name: 'fo', Failover: {'*': {Service: 'web', ServiceSubset: 'nope'}}});
    await entry({Kind: 'service-resolver', Name: 'fo', Failover: {'*': {Targets: [{Service: 'web', ServiceSubset: 'nope'}]}}});
    await entry({Kind: 'service-resolver', Name: 'fo', Failover: {'*': {Service: 'other-tcp'}}});
    await entry({Kind: 'service-resolver', Name: 'fo', Subsets: {a: {}}, Failover: {a: {Targets: [{Service: 'other-tcp'}, {Datacenter: 'dc3'}]}}});
    await entry({Kind: 'jwt-provider', Name: 'okta', Issuer: 'i', JSONWebKeySet: {Remote: {URI: 'https://x.example.com', FetchAsynchronously: true, CacheDuration: '30m', RetryPolicy: {NumRetries: 2}}}, Audiences: ['a'], Locations: [{Header: {Name: 'h'}}, {Cookie: {Name: 'c'}}], Forwarding: {HeaderName: 'f'}, CacheConfig: {Size: 2}});
    await entry({Kind: 'service-intentions', Name: 'web', Sources: [{Name: 'api', Permissions: [{Action: 'allow', HTTP: {PathPrefix: '/', Methods: ['GET'], Header: [{Name: 'a', Present: true}]}, JWT: {Providers: [{Name: 'okta', VerifyClaims: [{Path: ['a'], Value: 'b'}]}]}}]}, {Name: '*', Action: 'deny', Description: 'd'}], JWT: {Providers: [{Name: 'okta'}]}});
    await entry({Kind: 'service-intentions', Name: 'db', Sources: [{Name: 'api', Action: 'allow'}], JWT: {Providers: [{Name: 'none'}]}});
    await remove('/v1/config/jwt-provider/okta');
    await entry({Kind: 'service-intentions', Name: '*', Sources: [{Name: '*', Action: 'deny'}, {Name: 'peered', Peer: 'p', Action: 'allow'}]});
    await entry({Kind: 'service-intentions', Name: 'other-tcp', Sources: [{Name: 'api', Permissions: [{Action: 'allow', HTTP: {PathPrefix: '/'}}]}]});
    await entry({Kind: 'exported-services', Name: 'default', Services: [{Name: 'web', Consumers: [{Peer: 'p'}]}, {Name: '*', Consumers: [{Peer: 'q'}]}]});
    await entry({Kind: 'exported-services', Name: 'default', Services: [{Name: 'fo', Consumers: [{Peer: 'p'}]}]});
    await entry({Kind: 'service-resolver', Name: 'fo', Failover: {'*': {Datacenters: ['dc2']}}});
    await entry({Kind: 'exported-services', Name: 'default', Services: [{Name: 'r3', Consumers: [{Peer: 'p'}]}]});
    await entry({Kind: 'sameness-group', Name: 'sg', Members: [{Peer: 'p'}]});
    await entry({Kind: 'control-plane-request-limit', Name: 'x', Mode: 'permissive'});
    await entry({Kind: 'inline-certificate', Name: 'cert', ...certificate});
    await entry({Kind: 'file-system-certificate', Name: 'fcert', Certificate: '/c', PrivateKey: '/k'});
    await entry({Kind: 'bound-api-gateway', Name: 'b', Listeners: []});
    await entry({Kind: 'api-gateway', Name: 'gw', Listeners: [{Name: 'l', Port: 443, Protocol: 'http', Hostname: 'example.com', TLS: {Certificates: [{Kind: 'inline-certificate', Name: 'cert'}], MinVersion: 'TLSv1_2'}}, {Name: 'bad', Port: 444, Protocol: 'http', TLS: {Certificates: [{Name: 'missing'}]}}]});
    await entry({Kind: 'http-route', Name: 'hr', Hostnames: ['example.com'], Parents: [{Kind: 'api-gateway', Name: 'gw'}, {Kind: 'api-gateway', Name: 'nogw'}], Rules: [{Matches: [{Path: {Match: 'prefix', Value: '/x'}, Method: 'GET', Headers: [{Match: 'exact', Name: 'a', Value: 'b'}]}], Filters: {URLRewrite: {Path: '/y'}, Headers: [{Add: {a: 'b'}}], TimeoutFilter: {RequestTimeout: '3s'}}, Services: [{Name: 'web', Weight: 2}, {Name: 's1'}]}]});
    await entry({Kind: 'tcp-route', Name: 'tr', Parents: [{Kind: 'api-gateway', Name: 'gw'}], Services: [{Name: 'other-tcp'}]});
    await remove('/v1/config/inline-certificate/cert');
    await entry({Kind: 'http-route', Name: 'hr', Hostnames: ['example.com'], Parents: [{Kind: 'api-gateway', Name: 'gw'}], Rules: [{Services: [{Name: 'web'}]}]});
    // Before the gateway: of routes whose gateway goes, the leader changes its own copy in place, outside of the log.
    await remove('/v1/config/http-route/hr');
    await remove('/v1/config/tcp-route/tr');
    await remove('/v1/config/api-gateway/gw');
    await entry({Kind: 'ingress-gateway', Name: 'ing', TLS: {Enabled: true}, Defaults: {MaxConnections: 3}, Listeners: [{Port: 80, Protocol: 'http', Services: [{Name: 'web', Hosts: ['a.b'], RequestHeaders: {Add: {a: 'b'}}, PassiveHealthCheck: {MaxFailures: 1}}]}, {Port: 81, Protocol: 'tcp', Services: [{Name: 'other-tcp'}]}]});
    await entry({Kind: 'ingress-gateway', Name: 'ing', Listeners: [{Port: 80, Protocol: 'grpc', Services: [{Name: 'web'}]}]});
    await entry({Kind: 'ingress-gateway', Name: 'ing', Listeners: [{Port: 80, Protocol: 'tcp', Services: [{Name: 'web'}]}]});
    await entry({Kind: 'terminating-gateway', Name: 'ing', Services: [{Name: 'web'}]});
    await entry({Kind: 'terminating-gateway', Name: 'tgw', Services: [{Name: 'web', SNI: 'x'}]});
    await entry({Kind: 'ingress-gateway', Name: 'tgw', Listeners: [{Port: 80, Protocol: 'tcp', Services: [{Name: 'web'}]}]});
    await entry({Kind: 'service-intentions', Name: 'bare', Sources: [{Name: 'api', Permissions: [{Action: 'allow', HTTP: {PathPrefix: '/'}}]}]});
    await entry({Kind: 'service-resolver', Name: 'away', Redirect: {Service: 'web', Datacenter: 'dc2'}});
    await entry({Kind: 'exported-services', Name: 'default', Services: [{Name: 'away', Consumers: [{Peer: 'p'}]}, {Name: 'over', Consumers: [{Peer: 'p'}]}]});
    await entry({Kind: 'exported-services', Name: 'default', Services: [{Name: 'over', Consumers: [{Peer: 'p'}]}]});
    await entry({Kind: 'service-resolver', Name: 'over', Failover: {'*': {Datacenters: ['dc2']}}});
    await entry({Kind: 'service-resolver', Name: 'over', Failover: {'*': {Datacenters: ['dc1']}}});
    await entry({Kind: 'service-resolver', Name: 'over', Failover: {'*': {Targets: [{Peer: 'p'}]}}});
    await entry({Kind: 'service-resolver', Name: 'over', Redirect: {Service: 'web', Peer: 'p'}});
    await remove('/v1/config/service-resolver/over');
    await remove('/v1/config/service-resolver/away');
    await entry({Kind: 'service-defaults', Name: 'was-permissive', MutualTLSMode: 'permissive'});
    await entry({Kind: 'mesh', AllowEnablingPermissiveMutualTLS: false});
    await entry({Kind: 'service-defaults', Name: 'was-permissive', MutualTLSMode: 'permissive', Meta: {a: 'b'}});
    await entry({Kind: 'service-defaults', Name: 'permissive', Protocol: 'http', MutualTLSMode: 'permissive'});
    await entry({Kind: 'proxy-defaults', Name: 'global', MutualTLSMode: 'permissive', Config: {protocol: 'http'}});
    const {ModifyIndex} = JSON.parse(await get('/v1/config/service-resolver/fo')) as {ModifyIndex: number};
    await remove(`/v1/config/service-resolver/fo?cas=3`);
    await remove(`/v1/config/service-resolver/fo?cas=${ModifyIndex}`);
    await remove('/v1/config/service-resolver/none?cas=3');
    await entry({Kind: 'proxy-defaults', Name: 'global', MutualTLSMode: 'strict', Config: {protocol: 'tcp'}});
    for (const path of ['service-router/web', 'service-splitter/web', 'service-resolver/r4', 'service-resolver/web', 'service-intentions/web', 'jwt-provider/okta', 'service-defaults/web', 'mesh/mesh', 'ingress-gateway/ing', 'terminating-gateway/tgw', 'exported-services/default', 'file-system-certificate/fcert', 'service-splitter/s1', 'service-router/s2', 'service-splitter/s2', 'proxy-defaults/global', 'service-intentions/*', 'service-defaults/split-tcp', 'service-defaults/other-tcp', 'service-resolver/r1', 'service-resolver/r2', 'service-resolver/r3', 'proxy-defaults/global', 'service-intentions/bare', 'proxy-defaults/global']) {
      await remove(`/v1/config/${path}`);
    }
  },
};
