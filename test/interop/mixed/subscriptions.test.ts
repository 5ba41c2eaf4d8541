import {once} from 'node:events';
import {connect} from 'node:net';
import {isDeepStrictEqual} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {GrpcConnection} from '../../../src/rpc/grpc/grpc-connection.ts';
import {GrpcError} from '../../../src/rpc/grpc/grpc-status.ts';
import {firstByte} from '../../../src/rpc/net/first-byte.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {entryOp, eventMessage, healthOp, type StreamEvent, subscribeRequestMessage, topic} from '../../../src/stream/messages.ts';
import {subscribePath} from '../../../src/stream/subscribe-service.ts';
import {selfSignedCertificate} from '../rpc/self-signed-certificate.ts';
import {peer, peerIsAtLeast} from '../peer.ts';
import {type AgentProcess, ours} from './agent-process.ts';
import {testFolder, twoHosts} from './hosts.ts';

/** What one server tells those who follow a subject of it. */
class Follower {
  readonly #events: StreamEvent[] = [];
  readonly #texts: string[] = [];
  readonly #gone = new AbortController();
  /** How the server ended it; undefined while it goes on. */
  refusal: string | undefined;

  constructor(connection: GrpcConnection, Topic: number, name: string | undefined) {
    const subject = name === undefined ? {WildcardSubject: true} : {NamedSubject: {Key: name, PeerName: ''}};
    const request = subscribeRequestMessage.encode({...subscribeRequestMessage.zero(), Topic, Datacenter: 'dc1', ...subject});
    const onMessage = (bytes: Buffer): void => {
      this.#texts.push(bytes.toString('hex'));
      this.#events.push(eventMessage.decode(bytes));
    };
    connection.call(subscribePath, request, {signal: this.#gone.signal, onMessage}).catch((error: unknown) => {
      this.refusal = error instanceof GrpcError ? `${error.code} ${error.description}` : String(error);
    });
  }

  get hasBegun(): boolean {
    return this.refusal !== undefined || this.#events.some(({EndOfSnapshot}) => EndOfSnapshot);
  }

  /**
   * What it holds of what it was told. By which events it came to that may differ: a real server shares snapshots that it
   * made for itself some time ago, with what came since behind them.
   */
  get held(): {readonly refusal: string | undefined; readonly items: ReadonlyMap<string, unknown>} {
    const items = new Map<string, unknown>();
    for (const {ConfigEntry, ServiceHealth, Service} of this.#events.flatMap((event) => event.EventBatch?.Events ?? [event])) {
      const gone = ConfigEntry?.Op === entryOp.delete || ServiceHealth?.Op === healthOp.deregister || Service?.Op === healthOp.deregister;
      const item = ConfigEntry?.ConfigEntry ?? ServiceHealth?.CheckServiceNode ?? Service?.Name;
      const key = ConfigEntry?.ConfigEntry.Name ?? ServiceHealth?.CheckServiceNode.Service?.ID ?? Service?.Name;
      if (key !== undefined && gone) items.delete(key);
      else if (key !== undefined) items.set(key, item);
    }
    return {refusal: this.refusal, items};
  }

  get newest(): string | undefined {
    return this.#texts.at(-1);
  }

  leave(): void {
    this.#gone.abort();
  }
}

async function connectionTo({address}: AgentProcess): Promise<GrpcConnection> {
  const socket = connect(8300, address);
  await once(socket, 'connect');
  socket.write(Buffer.from([firstByte.grpc]));
  const connection = await GrpcConnection.open(socket, {authority: 'server', clock: systemClock});
  onTestFinished(() => connection.close());
  return connection;
}

const certificate = selfSignedCertificate('example.com');
const entries: readonly object[] = [
  {Kind: 'mesh', TLS: {Incoming: {TLSMinVersion: 'TLSv1_2', CipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']}}, TransparentProxy: {MeshDestinationsOnly: true}, Peering: {PeerThroughMeshGateways: true}, HTTP: {SanitizeXForwardedClientCert: true}},
  {Kind: 'service-defaults', Name: 'web', Protocol: 'http', MaxInboundConnections: 3, UpstreamConfig: {Defaults: {ConnectTimeoutMs: 5, Limits: {MaxConnections: 0, MaxPendingRequests: 2}, PassiveHealthCheck: {Interval: '10s', MaxFailures: 2}}, Overrides: [{Name: 'db', MeshGateway: {Mode: 'remote'}}]}},
  {Kind: 'service-defaults', Name: 'out', Destination: {Addresses: ['example.com'], Port: 443}},
  {Kind: 'service-resolver', Name: 'web', DefaultSubset: 'v1', Subsets: {v1: {Filter: 'Service.Meta.version == v1'}}, ConnectTimeout: '15s', Failover: {'*': {Datacenters: ['dc2']}}, LoadBalancer: {Policy: 'ring_hash', RingHashConfig: {MinimumRingSize: 1}, HashPolicies: [{Field: 'cookie', FieldValue: 'c', CookieConfig: {TTL: '3s'}}]}},
  {Kind: 'jwt-provider', Name: 'okta', Issuer: 'i', JSONWebKeySet: {Remote: {URI: 'https://x.example.com', FetchAsynchronously: true, CacheDuration: '30m'}}, Locations: [{Header: {Name: 'h'}}], CacheConfig: {Size: 2}},
  {Kind: 'service-intentions', Name: 'web', Sources: [{Name: 'api', Permissions: [{Action: 'allow', HTTP: {PathPrefix: '/', Methods: ['GET']}, JWT: {Providers: [{Name: 'okta'}]}}]}, {Name: '*', Action: 'deny', Description: 'd'}]},
  {Kind: 'exported-services', Name: 'default', Services: [{Name: 'plain', Consumers: [{Peer: 'p'}]}]},
  {Kind: 'inline-certificate', Name: 'cert', ...certificate},
  {Kind: 'file-system-certificate', Name: 'files', Certificate: '/c', PrivateKey: '/k'},
  {Kind: 'api-gateway', Name: 'gw', Listeners: [{Name: 'l', Port: 443, Protocol: 'http', Hostname: 'example.com', TLS: {Certificates: [{Kind: 'inline-certificate', Name: 'cert'}]}}, {Name: 't', Port: 444, Protocol: 'tcp'}]},
  {Kind: 'http-route', Name: 'hr', Hostnames: ['example.com'], Parents: [{Kind: 'api-gateway', Name: 'gw', SectionName: 'l'}], Rules: [{Matches: [{Path: {Match: 'prefix', Value: '/x'}, Method: 'GET'}], Filters: {URLRewrite: {Path: '/y'}}, Services: [{Name: 'web', Weight: 2}]}]},
  {Kind: 'tcp-route', Name: 'tr', Parents: [{Kind: 'api-gateway', Name: 'gw', SectionName: 't'}], Services: [{Name: 'plain'}]},
  {Kind: 'ingress-gateway', Name: 'ing', Defaults: {MaxConnections: 3}, Listeners: [{Port: 80, Protocol: 'http', Services: [{Name: 'web', Hosts: ['a.b'], RequestHeaders: {Add: {a: 'b'}}}]}]},
];

/** One more than there are. */
const lastTopic = 19;
const subjects = [undefined, 'web', 'mesh', 'default', 'gw'];

test.runIf(peerIsAtLeast(21))('what is told of every topic is the same from our server and from a real one of the same cluster', async () => {
  const [theirs, own] = twoHosts('127.26.1', await testFolder());
  await theirs.start(peer ?? '', '-server', '-bootstrap', '-hcl=performance { raft_multiplier = 1 }');
  await theirs.until('/v1/status/leader', (body) => body.includes(':8300'));
  await own.start(ours, '-server', `-retry-join=${theirs.address}`);
  await theirs.until('/v1/operator/raft/configuration', (body) => body.includes(own.address));
  for (const entry of entries) await theirs.put('/v1/config', JSON.stringify(entry));
  await theirs.put('/v1/agent/service/register', JSON.stringify({Name: 'web', Port: 1}));
  // The leader writes by itself what gateways and routes come to.
  await theirs.until('/v1/config/bound-api-gateway/gw', (body) => body.includes('"tr"') && body.includes('"hr"'));
  await theirs.put('/v1/kv/settled', 'yes');
  await own.until('/v1/kv/settled?raw&stale', (body) => body === 'yes');

  const connections = [await connectionTo(theirs), await connectionTo(own)] as const;
  const followed = subjects.flatMap((name) => Array.from({length: lastTopic}, (_, i) => ({number: i + 1, name})));
  // Names of services may be written in any capitals; of entries a real server tells those alone who write them as the entry does.
  for (const number of [topic.serviceHealth, topic.serviceHealthConnect]) followed.push({number, name: 'WEB'});
  const pairs = followed.map(({number, name}) => {
    const [real, our] = connections.map((connection) => new Follower(connection, number, name)) as [Follower, Follower];
    return {number, name, real, our};
  });
  const demandEqual = (): void => {
    for (const {number, name, real, our} of pairs) expect(our.held, `topic ${number}, ${name ?? 'all'}`).toEqual(real.held);
  };
  await expect.poll(() => pairs.every(({real, our}) => real.hasBegun && our.hasBegun), {timeout: 20_000}).toBe(true);
  await expect.poll(() => pairs.every(({real, our}) => isDeepStrictEqual(real.held, our.held)), {timeout: 20_000}).toBe(true).catch(demandEqual);

  /** One thing changes: those who follow it are told in the same bytes. */
  const changes = async (moved: readonly (readonly [topic: number, name: string | undefined])[], write: () => Promise<string>): Promise<void> => {
    const told = pairs.filter(({number, name}) => moved.some(([of, subject]) => of === number && subject === name));
    const before = told.map(({our}) => our.newest);
    await write();
    await expect.poll(() => told.every(({real, our}, at) => our.newest !== before[at] && our.newest === real.newest), {timeout: 20_000}).toBe(true).catch(() => {
      for (const {number, our, real} of told) expect(our.newest, `topic ${number}`).toBe(real.newest);
    });
  };
  const put = (entry: object) => theirs.put('/v1/config', JSON.stringify(entry));
  const remove = (path: string) => theirs.ask('DELETE', `/v1/config/${path}`);
  await changes([[topic.serviceDefaults, undefined], [topic.serviceDefaults, 'web']], () => put({Kind: 'service-defaults', Name: 'web', Protocol: 'http', MutualTLSMode: 'strict'}));
  await changes([[topic.ingressGateway, undefined]], () => remove('ingress-gateway/ing'));
  await changes([[topic.exportedServices, undefined], [topic.exportedServices, 'default']], () => remove('exported-services/default'));
  await changes([[topic.meshConfig, undefined], [topic.meshConfig, 'mesh']], () => put({Kind: 'mesh', AllowEnablingPermissiveMutualTLS: true}));
  // Maps stand in any order in the messages of a real server: here what is held is compared, not its bytes.
  await theirs.put('/v1/agent/service/register', JSON.stringify({ID: 'web2', Name: 'Web', Port: 2}));
  const ofWeb = pairs.filter(({number, name}) => number === topic.serviceHealth && name?.toLowerCase() === 'web');
  await expect.poll(() => ofWeb.every(({real, our}) => real.held.items.has('web2') && isDeepStrictEqual(real.held, our.held)), {timeout: 20_000}).toBe(true).catch(demandEqual);
  expect(ofWeb.map(({our}) => our.held.items.has('web2'))).toEqual([true, true]);
  demandEqual();
  for (const {real, our} of pairs) for (const follower of [real, our]) follower.leave();
}, 120_000);
