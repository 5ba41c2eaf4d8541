import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, list, nullable, str} from '../../schema/types.ts';
import {entryEnd} from './entry-parts.ts';

export const MeshDirectionalTLSConfig = struct('MeshDirectionalTLSConfig', {
  TLSMinVersion: str.omitEmpty(),
  TLSMaxVersion: str.omitEmpty(),
  CipherSuites: list(str).omitEmpty(),
});
export const RequestNormalizationMeshConfig = struct('RequestNormalizationMeshConfig', {
  InsecureDisablePathNormalization: bool.omitEmpty(),
  MergeSlashes: bool.omitEmpty(),
  PathWithEscapedSlashesAction: str.omitEmpty(),
  HeadersWithUnderscoresAction: str.omitEmpty(),
});
export const MeshDirectionalHTTPConfig = struct('MeshDirectionalHTTPConfig', {
  RequestNormalization: nullable(RequestNormalizationMeshConfig).omitEmpty(),
});

export const TransparentProxyMeshConfig = struct('TransparentProxyMeshConfig', {MeshDestinationsOnly: bool});
export const MeshTLSConfig = struct('MeshTLSConfig', {
  Incoming: nullable(MeshDirectionalTLSConfig).omitEmpty(),
  Outgoing: nullable(MeshDirectionalTLSConfig).omitEmpty(),
});
export const MeshHTTPConfig = struct('MeshHTTPConfig', {SanitizeXForwardedClientCert: bool, Incoming: nullable(MeshDirectionalHTTPConfig).omitEmpty()});
export const PeeringMeshConfig = struct('PeeringMeshConfig', {PeerThroughMeshGateways: bool.omitEmpty()});
/** `mesh`, of which there is one, without a name on the wire: what holds for the whole mesh (mesh.md §6). */
export const MeshConfigEntry = struct('MeshConfigEntry', {
  TransparentProxy: TransparentProxyMeshConfig,
  AllowEnablingPermissiveMutualTLS: bool.omitEmpty(),
  ValidateClusters: bool.omitEmpty(),
  TLS: nullable(MeshTLSConfig).omitEmpty(),
  HTTP: nullable(MeshHTTPConfig).omitEmpty(),
  Peering: nullable(PeeringMeshConfig).omitEmpty(),
  ...entryEnd,
});
export type MeshConfigEntry = TypeOf<typeof MeshConfigEntry>;

export const ServiceConsumer = struct('ServiceConsumer', {
  Partition: str.omitEmpty(),
  Peer: str.omitEmpty(),
  SamenessGroup: str.omitEmpty(),
});
export const ExportedService = struct('ExportedService', {Name: str, Namespace: str.omitEmpty(), Consumers: list(ServiceConsumer).omitEmpty()});

/** `exported-services`: what peers may see. */
export const ExportedServicesConfigEntry = struct('ExportedServicesConfigEntry', {
  Name: str,
  Services: list(ExportedService).omitEmpty(),
  ...entryEnd,
});
export type ExportedServicesConfigEntry = TypeOf<typeof ExportedServicesConfigEntry>;

/** `sameness-group`, of Consul Enterprise. */
export const SamenessGroupConfigEntry = struct('SamenessGroupConfigEntry', {
  Name: str,
  DefaultForFailover: bool.omitEmpty(),
  IncludeLocal: bool.omitEmpty(),
  Members: list(struct('SamenessGroupMember', {Partition: str.omitEmpty(), Peer: str.omitEmpty()})),
  ...entryEnd,
});
