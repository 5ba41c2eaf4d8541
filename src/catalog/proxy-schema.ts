import {withJson} from '../schema/combinators.ts';
import {struct, type TypeOf} from '../schema/struct.ts';
import {any, bool, int, list, map, str} from '../schema/types.ts';

/** Which mesh gateway a proxy goes through: `none`, `local`, `remote`, or nothing said. */
export const MeshGatewayConfig = struct('MeshGatewayConfig', {Mode: str.omitEmpty()});
export type MeshGatewayConfig = TypeOf<typeof MeshGatewayConfig>;

export const EnvoyExtension = struct('EnvoyExtension', {
  Name: str,
  Required: bool,
  Arguments: map(any),
  ConsulVersion: str,
  EnvoyVersion: str,
});
export type EnvoyExtension = TypeOf<typeof EnvoyExtension>;

/** A service that a proxy reaches for the one it stands before (http-core.md §9.6). */
export const Upstream = struct(
  'Upstream',
  {
    DestinationType: str.alias('destination_type'),
    DestinationNamespace: str.omitEmpty().alias('destination_namespace'),
    DestinationPartition: str.omitEmpty().alias('destination_partition'),
    DestinationPeer: str.omitEmpty().alias('destination_peer'),
    DestinationName: str.alias('destination_name'),
    Datacenter: str,
    LocalBindAddress: str.omitEmpty().alias('local_bind_address'),
    LocalBindPort: int.omitEmpty().alias('local_bind_port'),
    LocalBindSocketPath: str.omitEmpty().alias('local_bind_socket_path'),
    LocalBindSocketMode: str.omitEmpty().alias('local_bind_socket_mode'),
    Config: map(any).omitEmpty(),
    MeshGateway: MeshGatewayConfig.alias('mesh_gateway'),
    IngressHosts: list(str).json(false),
    CentrallyConfigured: bool.omitEmpty(),
  },
  {aliasDecoding: true},
);
export type Upstream = TypeOf<typeof Upstream>;

export const ExposePath = struct(
  'ExposePath',
  {
    ListenerPort: int.omitEmpty().alias('listener_port'),
    Path: str.omitEmpty(),
    LocalPathPort: int.omitEmpty().alias('local_path_port'),
    Protocol: str.omitEmpty(),
    ParsedFromCheck: bool.omitEmpty(),
  },
  {aliasDecoding: true},
);
export type ExposePath = TypeOf<typeof ExposePath>;

export const ExposeConfig = struct('ExposeConfig', {Checks: bool.omitEmpty(), Paths: list(ExposePath).omitEmpty()});
export type ExposeConfig = TypeOf<typeof ExposeConfig>;

export const TransparentProxyConfig = struct('TransparentProxyConfig', {
  OutboundListenerPort: int.omitEmpty().alias('outbound_listener_port'),
  DialedDirectly: bool.omitEmpty().alias('dialed_directly'),
});
export type TransparentProxyConfig = TypeOf<typeof TransparentProxyConfig>;

export const AccessLogsConfig = struct('AccessLogsConfig', {
  Enabled: bool.omitEmpty(),
  DisableListenerLogs: bool.omitEmpty().alias('disable_listener_logs'),
  Type: str.omitEmpty(),
  Path: str.omitEmpty(),
  JSONFormat: str.omitEmpty().alias('json_format'),
  TextFormat: str.omitEmpty().alias('text_format'),
});
export type AccessLogsConfig = TypeOf<typeof AccessLogsConfig>;

const proxyFields = struct(
  'ConnectProxyConfig',
  {
    EnvoyExtensions: list(EnvoyExtension).omitEmpty().alias('envoy_extensions'),
    DestinationServiceName: str.omitEmpty().alias('destination_service_name'),
    DestinationServiceID: str.omitEmpty().alias('destination_service_id'),
    LocalServiceAddress: str.omitEmpty().alias('local_service_address'),
    LocalServicePort: int.omitEmpty().alias('local_service_port'),
    LocalServiceSocketPath: str.omitEmpty().alias('local_service_socket_path'),
    Mode: str,
    Config: map(any).omitEmpty(),
    Upstreams: list(Upstream).omitEmpty(),
    MeshGateway: MeshGatewayConfig.alias('mesh_gateway'),
    Expose: ExposeConfig,
    // Written first, and only when something is set: see below.
    TransparentProxy: TransparentProxyConfig.json(false).alias('TransparentProxy').alias('transparent_proxy'),
    MutualTLSMode: str.omitEmpty().alias('mutual_tls_mode'),
    AccessLogs: AccessLogsConfig.json(false).alias('AccessLogs').alias('access_logs'),
  },
  {aliasDecoding: true},
);

/** What a connect-proxy or gateway registers about itself (http-core.md §9.6). */
export const ConnectProxyConfig = withJson(proxyFields, {
  write: (proxy) => {
    let first = '';
    const transparent = TransparentProxyConfig.toJson(proxy.TransparentProxy);
    if (transparent !== '{}') first += `"TransparentProxy":${transparent},`;
    const logs = AccessLogsConfig.toJson(proxy.AccessLogs);
    if (logs !== '{}') first += `"AccessLogs":${logs},`;
    return `{${first}${proxyFields.writeJson(proxy).slice(1)}`;
  },
});
export type ConnectProxyConfig = TypeOf<typeof ConnectProxyConfig>;

/** A proxy in which nothing is set, shared by the many services that are none. */
export const noProxy: ConnectProxyConfig = proxyFields.zero();
