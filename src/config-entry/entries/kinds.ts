import {type TypeOf} from '../../schema/type.ts';
import {
  APIGatewayConfigEntry, BoundAPIGatewayConfigEntry, FileSystemCertificateConfigEntry, HTTPRouteConfigEntry, InlineCertificateConfigEntry, TCPRouteConfigEntry,
} from './api-gateway.ts';
import {IngressGatewayConfigEntry, TerminatingGatewayConfigEntry} from './gateways.ts';
import {ServiceIntentionsConfigEntry} from './intentions.ts';
import {JWTProviderConfigEntry} from './jwt-provider.ts';
import {ExportedServicesConfigEntry, MeshConfigEntry, SamenessGroupConfigEntry} from './mesh.ts';
import {ProxyConfigEntry} from './proxy-defaults.ts';
import {ServiceResolverConfigEntry, ServiceRouterConfigEntry, ServiceSplitterConfigEntry} from './routing.ts';
import {ServiceConfigEntry} from './service-defaults.ts';

/** What entries of each kind hold (rpc-raft.md §20). */
export const entryTypes = {
  'api-gateway': APIGatewayConfigEntry,
  'bound-api-gateway': BoundAPIGatewayConfigEntry,
  'exported-services': ExportedServicesConfigEntry,
  'file-system-certificate': FileSystemCertificateConfigEntry,
  'http-route': HTTPRouteConfigEntry,
  'ingress-gateway': IngressGatewayConfigEntry,
  'inline-certificate': InlineCertificateConfigEntry,
  'jwt-provider': JWTProviderConfigEntry,
  mesh: MeshConfigEntry,
  'proxy-defaults': ProxyConfigEntry,
  'sameness-group': SamenessGroupConfigEntry,
  'service-defaults': ServiceConfigEntry,
  'service-intentions': ServiceIntentionsConfigEntry,
  'service-resolver': ServiceResolverConfigEntry,
  'service-router': ServiceRouterConfigEntry,
  'service-splitter': ServiceSplitterConfigEntry,
  'tcp-route': TCPRouteConfigEntry,
  'terminating-gateway': TerminatingGatewayConfigEntry,
} as const;

export type ConfigEntryKind = keyof typeof entryTypes;
export type ConfigEntryBody<K extends ConfigEntryKind = ConfigEntryKind> = TypeOf<(typeof entryTypes)[K]>;

/** Whether entries of the kind are known here. */
export function isConfigEntryKind(kind: string): kind is ConfigEntryKind {
  return Object.hasOwn(entryTypes, kind);
}
