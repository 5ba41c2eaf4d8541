import {type TokenResolver} from '../../acl/authorizer.ts';
import {ConsulError} from '../../consul-error.ts';
import {type DnsEngine} from '../../dns/dns-engine.ts';
import {grpcFrame} from '../../rpc/grpc/grpc-frames.ts';
import {type GrpcCall, type GrpcMethod} from '../../rpc/grpc/grpc-server.ts';
import {splitHostPort} from '../../runtime/host-port.ts';
import {grpcCode, GrpcError} from '../../rpc/grpc/grpc-status.ts';
import {bool, bytes, message, nested, type ProtoMessage, repeated, signed, text} from '../../schema/protobuf.ts';
import {type Membership} from '../../server/membership.ts';
import {serverMembers} from '../../server/server-member.ts';
import {ProtobufError} from '../../wire/protobuf-reader.ts';

export interface ExternalServicesOptions {
  readonly dns: Pick<DnsEngine, 'answerKept' | 'answer'>;
  readonly lan: Membership;
  /** Servers only: undefined without a WAN pool. */
  readonly wan: Membership | undefined;
  readonly datacenter: string;
  readonly resolver: TokenResolver;
}

/** What a client agent serves to programs on port 8502 (mesh.md §13): DNS. What is of the mesh has not come yet. */
export function clientServices({dns}: Pick<ExternalServicesOptions, 'dns'>): Map<string, GrpcMethod> {
  return new Map([['/hashicorp.consul.dns.DNSService/Query', dnsQuery(dns)]]);
}

/** What a server serves: besides DNS where the servers are, and what it can do for dataplanes. */
export function serverServices(options: ExternalServicesOptions): Map<string, GrpcMethod> {
  return clientServices(options)
    .set('/hashicorp.consul.serverdiscovery.ServerDiscoveryService/WatchServers', watchServers(options))
    .set('/hashicorp.consul.dataplane.DataplaneService/GetSupportedDataplaneFeatures', dataplaneFeatures(options));
}

const dnsProtocol = {tcp: 1, udp: 2} as const;
const noBytes: Uint8Array = new Uint8Array();

const dnsRequest = message(() => ({msg: noBytes, protocol: 0}), (field) => [field(1, 'msg', bytes), field(2, 'protocol', signed)]);
const dnsResponse = message(() => ({msg: noBytes}), (field) => [field(1, 'msg', bytes)]);

/** Questions and replies as on port 8600, byte for byte. */
function dnsQuery(engine: ExternalServicesOptions['dns']): GrpcMethod {
  return async (request, call) => {
    const {msg, protocol} = decoded(dnsRequest, request);
    if (protocol !== dnsProtocol.tcp && protocol !== dnsProtocol.udp) {
      const name = protocol === 0 ? 'PROTOCOL_UNSET_UNSPECIFIED' : String(protocol);
      throw new GrpcError(grpcCode.invalidArgument, `error protocol type not set: ${name}`);
    }
    const transport = protocol === dnsProtocol.tcp ? 'tcp' : 'udp';
    const question = Buffer.from(msg);
    const reply = engine.answerKept(question, transport) ?? (await engine.answer(question, {transport, ...callerOf(call)}));
    if (reply === null) throw new GrpcError(grpcCode.internal, 'failure decoding dns request: dns: overflow unpacking uint16');
    await call.send(grpcFrame(dnsResponse.encode({msg: reply})));
  };
}

/** Who calls; one at a Unix socket has neither address nor port. */
function callerOf({from}: GrpcCall): {readonly address: string; readonly port: number} {
  const parts = splitHostPort(from);
  return typeof parts === 'string' ? {address: '', port: 0} : {address: parts.host, port: Number(parts.port)};
}

interface DiscoveredServer {
  id: string;
  address: string;
  version: string;
}

const discoveredServer = message<DiscoveredServer>(() => ({id: '', address: '', version: ''}), (field) => [
  field(1, 'id', text),
  field(2, 'address', text),
  field(3, 'version', text),
]);

interface ServerList {
  servers: readonly DiscoveredServer[] | null;
}

const watchServersRequest = message(() => ({wan: false}), (field) => [field(1, 'wan', bool)]);
const watchServersResponse = message<ServerList>(() => ({servers: null}), (field) => [field(1, 'servers', repeated(nested(discoveredServer)))]);

/** The servers of this datacenter, and again after each change. */
function watchServers({lan, wan, datacenter, resolver}: ExternalServicesOptions): GrpcMethod {
  return async (request, call) => {
    const pool = decoded(watchServersRequest, request).wan ? (wan ?? lan) : lan;
    await demandToken(resolver, call);
    let changed = Promise.withResolvers<void>();
    const stopFollowing = pool.onEvent(() => changed.resolve());
    const stopWaiting = (): void => changed.resolve();
    call.signal.addEventListener('abort', stopWaiting, {once: true});
    try {
      for (let sent = ''; !call.signal.aborted; ) {
        changed = Promise.withResolvers();
        const answer = watchServersResponse.encode({servers: serversOf(pool, datacenter)});
        const latin1 = answer.toString('latin1');
        if (latin1 !== sent) await call.send(grpcFrame(answer));
        sent = latin1;
        await changed.promise;
      }
    } finally {
      stopFollowing();
      call.signal.removeEventListener('abort', stopWaiting);
    }
  };
}

function serversOf(pool: Membership, datacenter: string): readonly DiscoveredServer[] {
  return serverMembers(pool.members())
    .filter((server) => server.datacenter === datacenter && server.status === 'alive')
    .map(({id, host, version}) => ({id, address: host, version: version.join('.')}))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface DataplaneFeature {
  name: number;
  supported: boolean;
}

const dataplaneFeature = message<DataplaneFeature>(() => ({name: 0, supported: false}), (field) => [field(1, 'name', signed), field(2, 'supported', bool)]);

interface DataplaneFeatures {
  features: readonly DataplaneFeature[] | null;
}

const dataplaneFeaturesResponse = message<DataplaneFeatures>(() => ({features: null}), (field) => [field(1, 'features', repeated(nested(dataplaneFeature)))]);

/** WATCH_SERVERS is there; certificates at the edge, Envoy's bootstrap and FIPS are not. */
const supportedFeatures = dataplaneFeaturesResponse.encode({
  features: [{name: 1, supported: true}, {name: 2, supported: false}, {name: 3, supported: false}, {name: 4, supported: false}],
});

function dataplaneFeatures({resolver}: ExternalServicesOptions): GrpcMethod {
  return async (_request, call) => {
    await demandToken(resolver, call);
    await call.send(grpcFrame(supportedFeatures));
  };
}

/** Any valid token does. */
async function demandToken(resolver: TokenResolver, {metadata}: GrpcCall): Promise<void> {
  const token = metadata['x-consul-token'];
  try {
    await resolver.resolve(typeof token === 'string' ? token : '');
  } catch (error) {
    if (error instanceof ConsulError) throw new GrpcError(grpcCode.unauthenticated, `unauthenticated: ${error.message}`);
    throw error;
  }
}

function decoded<T extends object>(of: ProtoMessage<T>, request: Buffer): T {
  try {
    return of.decode(request);
  } catch (error) {
    if (error instanceof ProtobufError) throw new GrpcError(grpcCode.internal, `grpc: error unmarshalling request: ${error.message}`);
    throw error;
  }
}
