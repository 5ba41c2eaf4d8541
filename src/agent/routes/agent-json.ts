import {AccessLogsConfig, EnvoyExtension, MeshGatewayConfig, TransparentProxyConfig} from '../../catalog/proxy-schema.ts';
import {type HealthCheck, type NodeService} from '../../catalog/schema.ts';
import {ServiceAddress, Weights} from '../../catalog/service-parts.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {any, bool, durationString, int, list, map, nullable, str, uint} from '../../schema/types.ts';

/** The forms of `/v1/agent/…` answers, which are not quite the catalog's (http-core.md §9.1, §9.5). */

export const Upstream = struct('Upstream', {
  DestinationType: str.omitEmpty(),
  DestinationPartition: str.omitEmpty(),
  DestinationNamespace: str.omitEmpty(),
  DestinationPeer: str.omitEmpty(),
  DestinationName: str,
  Datacenter: str.omitEmpty(),
  LocalBindAddress: str.omitEmpty(),
  LocalBindPort: int.omitEmpty(),
  LocalBindSocketPath: str.omitEmpty(),
  LocalBindSocketMode: str.omitEmpty(),
  Config: map(any).omitEmpty(),
  MeshGateway: MeshGatewayConfig,
});

export const ExposePath = struct('ExposePath', {
  ListenerPort: int.omitEmpty(),
  Path: str.omitEmpty(),
  LocalPathPort: int.omitEmpty(),
  Protocol: str.omitEmpty(),
  ParsedFromCheck: bool,
});

export const Proxy = struct('AgentServiceConnectProxyConfig', {
  /** Never shown, but expressions may ask about it. */
  EnvoyExtensions: list(EnvoyExtension).omitEmpty(),
  DestinationServiceName: str.omitEmpty(),
  DestinationServiceID: str.omitEmpty(),
  LocalServiceAddress: str.omitEmpty(),
  LocalServicePort: int.omitEmpty(),
  LocalServiceSocketPath: str.omitEmpty(),
  Mode: str.omitEmpty(),
  TransparentProxy: nullable(TransparentProxyConfig).omitEmpty(),
  Config: map(any).omitEmpty(),
  Upstreams: list(Upstream).omitEmpty(),
  MeshGateway: MeshGatewayConfig,
  Expose: struct('ExposeConfig', {Checks: bool.omitEmpty(), Paths: list(ExposePath).omitEmpty()}),
  AccessLogs: nullable(AccessLogsConfig).omitEmpty(),
});

const Connect = struct('AgentServiceConnect', {Native: bool.omitEmpty()});

export const AgentService = struct('AgentService', {
  Kind: str.omitEmpty(),
  ID: str,
  Service: str,
  Tags: list(str),
  Meta: map(str),
  Port: int,
  Address: str,
  SocketPath: str.omitEmpty(),
  TaggedAddresses: map(ServiceAddress).omitEmpty(),
  Weights: Weights,
  EnableTagOverride: bool,
  CreateIndex: uint.omitEmpty(),
  ModifyIndex: uint.omitEmpty(),
  ContentHash: str.omitEmpty(),
  Proxy: nullable(Proxy).omitEmpty(),
  Connect: nullable(Connect).omitEmpty(),
  PeerName: str.omitEmpty(),
  Datacenter: str,
  Locality: nullable(struct('Locality', {Region: str, Zone: str})).omitEmpty(),
});
export type AgentService = TypeOf<typeof AgentService>;

const Definition = struct('HealthCheckDefinition', {
  Interval: durationString,
  Timeout: durationString,
  DeregisterCriticalServiceAfter: durationString,
  HTTP: str,
  Header: map(list(str)),
  Method: str,
  Body: str,
  TLSServerName: str,
  TLSSkipVerify: bool,
  TCP: str,
  TCPUseTLS: bool,
  UDP: str,
  GRPC: str,
  OSService: str,
  GRPCUseTLS: bool,
});

/** A check as the health answers show it: without its tags, its type and how it is made. */
const ShownCheck = struct('HealthCheck', {
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
  ExposedPort: int,
  Definition,
  CreateIndex: uint,
  ModifyIndex: uint,
});

export const ServiceHealth = struct('AgentServiceChecksInfo', {AggregatedStatus: str, Service: nullable(AgentService), Checks: list(ShownCheck)});
export type ServiceHealth = TypeOf<typeof ServiceHealth>;

const kindsWithProxy = new Set(['connect-proxy', 'mesh-gateway', 'terminating-gateway', 'ingress-gateway', 'api-gateway']);

/** A service as this agent shows its own. @param contentHash '' where none is shown */
export function shownService(service: NodeService, datacenter: string, contentHash: string): AgentService {
  return AgentService.make({
    Kind: service.Kind,
    ID: service.ID,
    Service: service.Service,
    Tags: service.Tags ?? [],
    Meta: service.Meta ?? new Map<string, string>(),
    Port: service.Port,
    Address: service.Address,
    SocketPath: service.SocketPath,
    TaggedAddresses: service.TaggedAddresses,
    Weights: service.Weights ?? {Passing: 1, Warning: 1},
    EnableTagOverride: service.EnableTagOverride,
    ContentHash: contentHash,
    Proxy: kindsWithProxy.has(service.Kind) ? shownProxy(service) : null,
    Connect: service.Connect.Native ? {Native: true} : null,
    PeerName: service.PeerName,
    Datacenter: datacenter,
    Locality: service.Locality,
  });
}

function shownProxy({Proxy: proxy}: NodeService): AgentService['Proxy'] {
  const {TransparentProxy, AccessLogs} = proxy;
  const isTransparent = TransparentProxy.OutboundListenerPort !== 0 || TransparentProxy.DialedDirectly;
  const logs = AccessLogsConfig.toJson(AccessLogs) !== '{}';
  return {...proxy, EnvoyExtensions: null, TransparentProxy: isTransparent ? TransparentProxy : null, AccessLogs: logs ? AccessLogs : null};
}

/** A check as health answers of the agent show it: without type, definition and indexes. */
export function shownHealthCheck(check: HealthCheck): TypeOf<typeof ShownCheck> {
  const {Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName} = check;
  return ShownCheck.make({Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName});
}
