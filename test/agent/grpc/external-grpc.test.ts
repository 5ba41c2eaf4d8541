import {connect} from 'node:net';
import {type Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import {once} from 'node:events';
import {decode, encode} from 'dns-packet';
import {expect, test} from 'vitest';
import {ConsulError} from '../../../src/consul-error.ts';
import {allowAll} from '../../../src/acl/fixed-authorizers.ts';
import {clientServices, serverServices} from '../../../src/agent/grpc/external-services.ts';
import {GrpcListeners} from '../../../src/agent/grpc/grpc-listeners.ts';
import {type ListenerTls} from '../../../src/agent/tls/agent-tls.ts';
import {type ListenAddress} from '../../../src/config/runtime-config.ts';
import {loadConfig} from '../../../src/config/load-config.ts';
import {DnsEngine} from '../../../src/dns/dns-engine.ts';
import {GrpcConnection} from '../../../src/rpc/grpc/grpc-connection.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {seededRandom} from '../../../src/runtime/random.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {CatalogLookups} from '../../dns/catalog-lookups.ts';
import {closeAfterTest} from '../../rpc/net/served.ts';
import {ChangingPool, member} from '../../server/changing-pool.ts';
import {defaultDnsConfig} from '../../dns/default-dns-config.ts';
import {pem} from '../../certificates/certificate-files.ts';

const noTls: ListenerTls = {material: {authorities: []}, verifiesClients: false};
const lookups = new CatalogLookups([{Node: 'n1', Address: '10.1.1.1', Service: {ID: 'web', Service: 'web', Port: 80}}]);
const dns = new DnsEngine({config: defaultDnsConfig, lookups, clock: systemClock, random: seededRandom(3), logger: silentLogger});
const resolver = {
  resolve: (secret: string) => {
    if (secret === 'unknown') throw new ConsulError('ACL not found', 403);
    return allowAll;
  },
};

async function listen(methods: ConstructorParameters<typeof GrpcListeners>[0]['methods'], tls: () => ListenerTls = () => noTls): Promise<GrpcListeners> {
  const any: ListenAddress[] = [{network: 'tcp', host: '127.0.0.1', port: 0}];
  const {config} = loadConfig({devMode: true, paths: [], format: undefined, fragments: [], flagValues: new Map()});
  const listeners = new GrpcListeners({
    config: {...config, network: {...config.network, grpc: any, grpcTls: any}}, tls, methods, clock: systemClock, logger: silentLogger,
  });
  closeAfterTest(() => listeners.close());
  await listeners.open();
  return listeners;
}

async function over(stream: Duplex): Promise<GrpcConnection> {
  const connection = await GrpcConnection.open(stream, {authority: 'server', clock: systemClock});
  closeAfterTest(() => Promise.resolve(connection.close()));
  return connection;
}

const dial = async ({ports: [port = 0]}: GrpcListeners): Promise<GrpcConnection> => over(connect(port, '127.0.0.1'));
/** DNSService.Query {1 msg, 2 protocol} */
const dnsRequest = (message: Uint8Array, protocol: number): Buffer => Buffer.concat([Buffer.of(0x0a, message.length), message, Buffer.of(0x10, protocol)]);
const question = encode({type: 'query', id: 7, questions: [{name: 'web.service.consul', type: 'A'}]});

test.each([['TCP', 1], ['UDP', 2]])('a DNS question over gRPC, as if over %s, is answered as on the DNS port', async (_, protocol) => {
  const connection = await dial(await listen(clientServices({dns})));
  for (let time = 0; time < 2; time++) {
    const answer = await connection.unary('/hashicorp.consul.dns.DNSService/Query', dnsRequest(question, protocol));
    expect(answer[0]).toBe(0x0a);
    expect(decode(answer.subarray(2))).toMatchObject({id: 7, answers: [{name: 'web.service.consul', type: 'A', data: '10.1.1.1'}]});
  }
});

test('what is no DNS question is refused in the words of 1.21.4', async () => {
  const connection = await dial(await listen(clientServices({dns})));
  const ask = (request: Buffer): Promise<Buffer> => connection.unary('/hashicorp.consul.dns.DNSService/Query', request);
  await expect(ask(dnsRequest(question, 0))).rejects.toThrow('code = InvalidArgument desc = error protocol type not set: PROTOCOL_UNSET_UNSPECIFIED');
  await expect(ask(dnsRequest(Buffer.of(1, 2, 3), 2))).rejects.toThrow('code = Internal desc = failure decoding dns request: dns: overflow unpacking uint16');
  await expect(ask(Buffer.of(0x0a, 200))).rejects.toThrow('code = Internal');
  await expect(connection.unary('/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources', Buffer.alloc(0))).rejects
    .toThrow('code = Unimplemented desc = unknown service envoy.service.discovery.v3.AggregatedDiscoveryService');
});

test('the servers are told, and again when they change', async () => {
  const lan = new ChangingPool();
  lan.become(member('s1'), member('client', {role: 'node'}));
  const connection = await dial(await listen(serverServices({dns, lan, wan: undefined, datacenter: 'dc1', resolver})));
  const told: string[] = [];
  const caller = new AbortController();
  const call = connection.call('/hashicorp.consul.serverdiscovery.ServerDiscoveryService/WatchServers', Buffer.alloc(0), {
    signal: caller.signal,
    onMessage: (message) => {
      told.push(message.toString('latin1').replace(/[^ -~]+/g, ' ').trim());
      if (told.length === 1) lan.become(member('s1'), member('s2', {address: '10.0.0.2'}));
      else caller.abort();
    },
  });
  await expect(call).rejects.toThrow('Canceled');
  expect(told).toEqual(['id-s1 10.0.0.1 1.21.4', 'id-s1 10.0.0.1 1.21.4 id-s2 10.0.0.2 1.21.4']);
});

test('features are told to whoever has a valid token', async () => {
  const connection = await dial(await listen(serverServices({dns, lan: new ChangingPool(), wan: undefined, datacenter: 'dc1', resolver})));
  const ask = (token: string): Promise<Buffer> =>
    connection.unary('/hashicorp.consul.dataplane.DataplaneService/GetSupportedDataplaneFeatures', Buffer.alloc(0), {metadata: {'x-consul-token': token}});
  expect((await ask('some')).toString('hex')).toBe('0a04080110010a0208020a0208030a020804');
  await expect(ask('unknown')).rejects.toThrow('code = Unauthenticated desc = unauthenticated: ACL not found');
});

test('with a certificate gRPC is served over TLS too, by the newest one', async () => {
  const withPair = (name: string): ListenerTls => ({material: {certificate: pem(name), key: pem(`${name}-key`), authorities: [pem('ca')]}, verifiesClients: false});
  let tls = withPair('server');
  const listeners = await listen(clientServices({dns}), () => tls);
  const [, port = 0] = listeners.ports;
  const subjectOf = async (): Promise<string> => {
    const stream = connectTls({host: '127.0.0.1', port, ca: pem('ca'), ALPNProtocols: ['h2'], checkServerIdentity: () => undefined});
    await once(stream, 'secureConnect');
    const {subject} = stream.getPeerCertificate();
    expect(stream.alpnProtocol).toBe('h2');
    const answer = await (await over(stream)).unary('/hashicorp.consul.dns.DNSService/Query', dnsRequest(question, 2));
    expect(decode(answer.subarray(2)).answers).toHaveLength(1);
    return String(subject.CN);
  };
  const first = await subjectOf();
  tls = withPair('client');
  expect(await subjectOf()).not.toBe(first);
});

test('without a certificate the port with TLS is not opened, and plain gRPC is', async () => {
  expect((await listen(clientServices({dns}))).ports).toHaveLength(1);
});
