import {withJson} from '../schema/combinators.ts';
import {formatGoDuration} from '../schema/go-duration.ts';
import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, duration, int, list, map, nullable, str, uint} from '../schema/types.ts';
import {ConnectProxyConfig} from './proxy-schema.ts';
import {ServiceDefinition} from './service-definition.ts';
import {Locality, ServiceAddress, Weights} from './service-parts.ts';

/** One machine, or what stands for one (http-core.md §10.4). */
export const Node = struct('Node', {
  ID: str,
  Node: str,
  Address: str,
  Datacenter: str,
  Partition: str.omitEmpty(),
  PeerName: str.omitEmpty(),
  TaggedAddresses: map(str),
  Meta: map(str),
  Locality: nullable(Locality).omitEmpty(),
  ...embed(RaftIndex),
});
export type Node = TypeOf<typeof Node>;

const PeeringServiceMeta = struct('PeeringServiceMeta', {SNI: list(str).omitEmpty(), SpiffeID: list(str).omitEmpty(), Protocol: str.omitEmpty()});

export const ServiceConnect = struct(
  'ServiceConnect',
  {
    Native: bool.omitEmpty(),
    SidecarService: nullable(ServiceDefinition).omitEmpty().alias('sidecar_service'),
    PeerMeta: nullable(PeeringServiceMeta).omitEmpty(),
  },
  {aliasDecoding: true},
);
export type ServiceConnect = TypeOf<typeof ServiceConnect>;

/** One instance of a service as its node has it (http-core.md §10.7). */
export const NodeService = struct('NodeService', {
  Kind: str.omitEmpty(),
  ID: str,
  Service: str,
  Tags: list(str),
  Address: str,
  TaggedAddresses: map(ServiceAddress).omitEmpty().alias('tagged_addresses'),
  Meta: map(str),
  Port: int.omitEmpty(),
  SocketPath: str.omitEmpty(),
  Weights: nullable(Weights),
  EnableTagOverride: bool.alias('enable_tag_override'),
  Locality: nullable(Locality).omitEmpty(),
  Proxy: ConnectProxyConfig,
  Connect: ServiceConnect,
  LocallyRegisteredAsSidecar: bool.json(false),
  PeerName: str,
  ...embed(RaftIndex),
});
export type NodeService = TypeOf<typeof NodeService>;

const definitionFields = struct(
  'HealthCheckDefinition',
  {
    HTTP: str.omitEmpty(),
    TLSServerName: str.omitEmpty().alias('tls_server_name'),
    TLSSkipVerify: bool.omitEmpty().alias('tls_skip_verify'),
    Header: map(list(str)).omitEmpty(),
    Method: str.omitEmpty(),
    Body: str.omitEmpty(),
    DisableRedirects: bool.omitEmpty().alias('disable_redirects'),
    TCP: str.omitEmpty(),
    TCPUseTLS: bool.omitEmpty().alias('tcp_use_tls'),
    UDP: str.omitEmpty(),
    H2PING: str.omitEmpty(),
    OSService: str.omitEmpty(),
    H2PingUseTLS: bool.omitEmpty().alias('h2ping_use_tls'),
    // The three durations are written first and as texts: see below.
    Interval: duration.json(false).alias('Interval'),
    OutputMaxSize: uint.omitEmpty(),
    Timeout: duration.json(false).alias('Timeout'),
    DeregisterCriticalServiceAfter: duration
      .json(false)
      .alias('DeregisterCriticalServiceAfter')
      .alias('deregister_critical_service_after'),
    ScriptArgs: list(str).omitEmpty().alias('script_args'),
    DockerContainerID: str.omitEmpty().alias('docker_container_id'),
    Shell: str.omitEmpty(),
    GRPC: str.omitEmpty(),
    GRPCUseTLS: bool.omitEmpty().alias('grpc_use_tls'),
    AliasNode: str.omitEmpty(),
    AliasService: str.omitEmpty(),
    SessionName: str.omitEmpty(),
    TTL: duration.omitEmpty(),
  },
  {aliasDecoding: true},
);

const writtenFirst = ['Interval', 'Timeout', 'DeregisterCriticalServiceAfter'] as const;

/** How a check is made, where the catalog is told. Decoding is never strict (http-core.md §5.1). */
export const HealthCheckDefinition = withJson(definitionFields, {
  write: (definition) => {
    const durations = writtenFirst.filter((key) => definition[key] !== 0).map((key) => `"${key}":"${formatGoDuration(definition[key])}"`);
    const rest = definitionFields.writeJson(definition).slice(1);
    return `{${durations.join(',')}${durations.length > 0 && rest !== '}' ? ',' : ''}${rest}`;
  },
  read: (node, context) => {
    const {strict} = context;
    context.strict = false;
    try {
      return definitionFields.readJson(node, context);
    } finally {
      context.strict = strict;
    }
  },
});
export type HealthCheckDefinition = TypeOf<typeof HealthCheckDefinition>;

/** What is said about a node or one of its services (http-core.md §8.1). Interval and Timeout are texts for people. */
export const HealthCheck = struct('HealthCheck', {
  Node: str,
  CheckID: str,
  Name: str,
  Status: str,
  Notes: str,
  Output: str,
  ServiceID: str,
  ServiceName: str,
  ServiceTags: list(str),
  Type: str,
  Interval: str,
  Timeout: str,
  ExposedPort: int,
  PeerName: str.omitEmpty(),
  Definition: HealthCheckDefinition,
  ...embed(RaftIndex),
});
export type HealthCheck = TypeOf<typeof HealthCheck>;

/** An instance with its node beside it, flat: the rows of `/v1/catalog/service` (http-core.md §10.6). */
export const ServiceNode = struct('ServiceNode', {
  ID: str,
  Node: str,
  Address: str,
  Datacenter: str,
  TaggedAddresses: map(str),
  NodeMeta: map(str),
  ServiceKind: str,
  ServiceID: str,
  ServiceName: str,
  ServiceTags: list(str),
  ServiceAddress: str,
  ServiceTaggedAddresses: map(ServiceAddress).omitEmpty(),
  ServiceWeights: Weights,
  ServiceMeta: map(str),
  ServicePort: int,
  ServiceSocketPath: str,
  ServiceEnableTagOverride: bool,
  ServiceProxy: ConnectProxyConfig,
  ServiceConnect: ServiceConnect,
  ServiceLocality: nullable(Locality),
  PeerName: str.omitEmpty(),
  ...embed(RaftIndex),
});
export type ServiceNode = TypeOf<typeof ServiceNode>;

/** An instance with its node and all checks that speak for it: the rows of `/v1/health/service`. */
export const CheckServiceNode = struct('CheckServiceNode', {
  Node: nullable(Node),
  Service: nullable(NodeService),
  Checks: list(HealthCheck),
});
export type CheckServiceNode = TypeOf<typeof CheckServiceNode>;

/** Log entry 0, and the body of `/v1/catalog/register`. */
export const RegisterRequest = struct('RegisterRequest', {
  Datacenter: str,
  ID: str,
  Node: str,
  Address: str,
  TaggedAddresses: map(str),
  NodeMeta: map(str),
  Service: nullable(NodeService),
  Check: nullable(HealthCheck),
  Checks: list(HealthCheck),
  Locality: nullable(Locality),
  SkipNodeUpdate: bool,
  PeerName: str,
  ...embed(WriteRequest),
  ...embed(RaftIndex),
});
export type RegisterRequest = TypeOf<typeof RegisterRequest>;

/** Log entry 1, and the body of `/v1/catalog/deregister`. */
export const DeregisterRequest = struct('DeregisterRequest', {
  Datacenter: str,
  Node: str,
  ServiceID: str,
  CheckID: str,
  PeerName: str,
  ...embed(WriteRequest),
});
export type DeregisterRequest = TypeOf<typeof DeregisterRequest>;
