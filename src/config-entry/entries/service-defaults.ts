import {EnvoyExtension} from '../../catalog/proxy-schema.ts';
import {ExposeConfig, MeshGatewayConfig, TransparentProxyConfig} from '../../catalog/proxy-schema.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {int, list, nullable, str} from '../../schema/types.ts';
import {entryEnd, PassiveHealthCheck, UpstreamLimits} from './entry-parts.ts';

export const UpstreamConfig = struct('UpstreamConfig', {
  Name: str.omitEmpty(),
  Peer: str,
  EnvoyListenerJSON: str.omitEmpty(),
  EnvoyClusterJSON: str.omitEmpty(),
  Protocol: str.omitEmpty(),
  ConnectTimeoutMs: int.omitEmpty(),
  Limits: nullable(UpstreamLimits).omitEmpty(),
  PassiveHealthCheck: nullable(PassiveHealthCheck).omitEmpty(),
  MeshGateway: MeshGatewayConfig,
  BalanceOutboundConnections: str.omitEmpty(),
});

export const UpstreamConfiguration = struct('UpstreamConfiguration', {
  Overrides: list(nullable(UpstreamConfig)).omitEmpty(),
  Defaults: nullable(UpstreamConfig).omitEmpty(),
});

export const DestinationConfig = struct('DestinationConfig', {Addresses: list(str).omitEmpty(), Port: int.omitEmpty()});

export const InstanceLevelRouteRateLimits = struct('InstanceLevelRouteRateLimits', {
  PathExact: str,
  PathPrefix: str,
  PathRegex: str,
  RequestsPerSecond: int,
  RequestsMaxBurst: int,
});
export const InstanceLevelRateLimits = struct('InstanceLevelRateLimits', {
  RequestsPerSecond: int,
  RequestsMaxBurst: int,
  Routes: list(InstanceLevelRouteRateLimits),
});
export const RateLimits = struct('RateLimits', {InstanceLevel: InstanceLevelRateLimits});

/** `service-defaults`: what holds for all instances of a service, or a destination outside of the mesh (mesh.md §6). */
export const ServiceConfigEntry = struct('ServiceConfigEntry', {
  Kind: str,
  Name: str,
  Protocol: str,
  Mode: str.omitEmpty(),
  TransparentProxy: TransparentProxyConfig,
  MutualTLSMode: str.omitEmpty(),
  MeshGateway: MeshGatewayConfig,
  Expose: ExposeConfig,
  ExternalSNI: str.omitEmpty(),
  UpstreamConfig: nullable(UpstreamConfiguration).omitEmpty(),
  Destination: nullable(DestinationConfig).omitEmpty(),
  MaxInboundConnections: int.omitEmpty(),
  LocalConnectTimeoutMs: int.omitEmpty(),
  LocalRequestTimeoutMs: int.omitEmpty(),
  BalanceInboundConnections: str.omitEmpty(),
  RateLimits: nullable(RateLimits).omitEmpty(),
  EnvoyExtensions: list(EnvoyExtension).omitEmpty(),
  ...entryEnd,
});
export type ServiceConfigEntry = TypeOf<typeof ServiceConfigEntry>;
