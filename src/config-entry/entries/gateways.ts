import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, int, list, map, nullable, str, uint32} from '../../schema/types.ts';
import {entryEnd, HTTPHeaderModifiers, PassiveHealthCheck} from './entry-parts.ts';

export const GatewayTLSSDSConfig = struct('GatewayTLSSDSConfig', {ClusterName: str.omitEmpty(), CertResource: str.omitEmpty()});
export const GatewayServiceTLSConfig = struct('GatewayServiceTLSConfig', {SDS: nullable(GatewayTLSSDSConfig).omitEmpty()});
export const GatewayTLSConfig = struct('GatewayTLSConfig', {
  Enabled: bool,
  SDS: nullable(GatewayTLSSDSConfig).omitEmpty(),
  TLSMinVersion: str.omitEmpty(),
  TLSMaxVersion: str.omitEmpty(),
  CipherSuites: list(str).omitEmpty(),
});

const limits = {
  MaxConnections: uint32.omitEmpty(),
  MaxPendingRequests: uint32.omitEmpty(),
  MaxConcurrentRequests: uint32.omitEmpty(),
  PassiveHealthCheck: nullable(PassiveHealthCheck).omitEmpty(),
};

export const IngressService = struct('IngressService', {
  Name: str,
  Hosts: list(str),
  TLS: nullable(GatewayServiceTLSConfig).omitEmpty(),
  RequestHeaders: nullable(HTTPHeaderModifiers).omitEmpty(),
  ResponseHeaders: nullable(HTTPHeaderModifiers).omitEmpty(),
  ...limits,
  Meta: map(str).omitEmpty(),
});

export const IngressListener = struct('IngressListener', {
  Port: int,
  Protocol: str,
  TLS: nullable(GatewayTLSConfig).omitEmpty(),
  Services: list(IngressService),
});
export const IngressListeners = list(IngressListener);

export const IngressServiceConfig = struct('IngressServiceConfig', limits);
/** `ingress-gateway`: which services of the mesh a gateway offers to those outside (mesh.md §6). */
export const IngressGatewayConfigEntry = struct('IngressGatewayConfigEntry', {
  Kind: str,
  Name: str,
  TLS: GatewayTLSConfig,
  Listeners: IngressListeners,
  Defaults: nullable(IngressServiceConfig).omitEmpty(),
  ...entryEnd,
});
export type IngressGatewayConfigEntry = TypeOf<typeof IngressGatewayConfigEntry>;

export const LinkedService = struct('LinkedService', {
  Name: str.omitEmpty(),
  CAFile: str.omitEmpty(),
  CertFile: str.omitEmpty(),
  KeyFile: str.omitEmpty(),
  SNI: str.omitEmpty(),
  DisableAutoHostRewrite: bool.omitEmpty(),
});
export const LinkedServices = list(LinkedService);

/** `terminating-gateway`: which services outside of the mesh a gateway leads to. */
export const TerminatingGatewayConfigEntry = struct('TerminatingGatewayConfigEntry', {
  Kind: str,
  Name: str,
  Services: LinkedServices,
  ...entryEnd,
});
export type TerminatingGatewayConfigEntry = TypeOf<typeof TerminatingGatewayConfigEntry>;
