import {EnvoyExtension} from '../../catalog/proxy-schema.ts';
import {AccessLogsConfig, ExposeConfig, MeshGatewayConfig, TransparentProxyConfig} from '../../catalog/proxy-schema.ts';
import {binaryMarshalled} from '../../schema/combinators.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {any, list, map, nullable, str} from '../../schema/types.ts';
import {entryEnd, ServiceResolverFailoverPolicy, ServiceResolverPrioritizeByLocality} from './entry-parts.ts';

const fields = struct('ProxyConfigEntry', {
  Kind: str,
  Name: str,
  Config: map(any),
  Protocol: str.json(false),
  Mode: str.omitEmpty(),
  TransparentProxy: TransparentProxyConfig,
  MutualTLSMode: str.omitEmpty(),
  MeshGateway: MeshGatewayConfig,
  Expose: ExposeConfig,
  AccessLogs: AccessLogsConfig,
  EnvoyExtensions: list(EnvoyExtension).omitEmpty(),
  FailoverPolicy: nullable(ServiceResolverFailoverPolicy).omitEmpty(),
  PrioritizeByLocality: nullable(ServiceResolverPrioritizeByLocality).omitEmpty(),
  ...entryEnd,
});

/** `proxy-defaults`, of which there is one, `global`: what holds for all proxies. A string on the wire (rpc-raft.md §4). */
export const ProxyConfigEntry = binaryMarshalled(
  fields,
  (writer, entry) => fields.writeMsgpack(writer, entry),
  (reader) => fields.readMsgpack(reader),
);
export type ProxyConfigEntry = TypeOf<typeof fields>;
