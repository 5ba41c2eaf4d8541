import {listOf, listOfRecords, mapOf, pointer, record} from '../filter/composite-fields.ts';
import {type Field} from '../filter/field.ts';
import {RecordFilter} from '../filter/record-filter.ts';
import {bool, int, text} from '../filter/scalar-fields.ts';
import {
  type AccessLogsConfig, type ConnectProxyConfig, type EnvoyExtension, type ExposeConfig, type ExposePath, type MeshGatewayConfig, type TransparentProxyConfig, type Upstream,
} from './proxy-schema.ts';
import {type NodeInfo} from './requests.ts';
import {type CheckServiceNode, type HealthCheck, type Node, type NodeService, type ServiceConnect, type ServiceNode} from './schema.ts';
import {type ServiceAddress, type Weights} from './service-parts.ts';

/** What expressions can ask about the records of the catalog (http-core.md §4.4). What stands in an answer and not here cannot be asked about. */

const texts = listOf(text);
const textMap = mapOf(text);

const meshGatewayFields = record<MeshGatewayConfig>({Mode: text});
export const transparentProxyFields = record<TransparentProxyConfig>({OutboundListenerPort: int(), DialedDirectly: bool});
export const accessLogsFields = record<AccessLogsConfig>({Enabled: bool, DisableListenerLogs: bool, Type: text, Path: text, JSONFormat: text, TextFormat: text});
const extensionFields = record<EnvoyExtension>({Name: text, Required: bool, ConsulVersion: text, EnvoyVersion: text});
const exposeFields = record<ExposeConfig>({
  Checks: bool,
  Paths: listOfRecords(record<ExposePath>({ListenerPort: int(), Path: text, LocalPathPort: int(), Protocol: text, ParsedFromCheck: bool})),
});
export const addressFields = mapOf(record<ServiceAddress>({Address: text, Port: int()}));
export const weightsFields = record<Weights>({Passing: int(), Warning: int()});

/** What an upstream has, as it is registered and as an agent shows it. */
export const upstreamParts = {
  DestinationType: text,
  DestinationNamespace: text,
  DestinationPartition: text,
  DestinationPeer: text,
  DestinationName: text,
  Datacenter: text,
  LocalBindAddress: text,
  LocalBindPort: int(),
  LocalBindSocketPath: text,
  LocalBindSocketMode: text,
  MeshGateway: meshGatewayFields,
};

/** What a proxy has in both forms alike. */
export const proxyParts = {
  EnvoyExtensions: listOfRecords(extensionFields),
  DestinationServiceName: text,
  DestinationServiceID: text,
  LocalServiceAddress: text,
  LocalServicePort: int(),
  LocalServiceSocketPath: text,
  Mode: text,
  MeshGateway: meshGatewayFields,
  Expose: exposeFields,
};

const proxyFields = record<ConnectProxyConfig>({
  ...proxyParts,
  Upstreams: listOfRecords(record<Upstream>(upstreamParts)),
  TransparentProxy: transparentProxyFields,
  AccessLogs: accessLogsFields,
});

const connectFields = record<ServiceConnect>({Native: bool});

const nodeFields: Field<Node> = record<Node>({
  ID: text,
  Node: text,
  Address: text,
  Datacenter: text,
  Partition: text,
  PeerName: text,
  TaggedAddresses: textMap,
  Meta: textMap,
});

const nodeServiceFields: Field<NodeService> = record<NodeService>({
  Kind: text,
  ID: text,
  Service: text,
  Tags: texts,
  Address: text,
  TaggedAddresses: addressFields,
  Meta: textMap,
  Port: int(),
  SocketPath: text,
  Weights: pointer(weightsFields),
  EnableTagOverride: bool,
  Proxy: proxyFields,
  Connect: connectFields,
  PeerName: text,
});

const checkFields: Field<HealthCheck> = record<HealthCheck>({
  Node: text,
  CheckID: text,
  Name: text,
  Status: text,
  Notes: text,
  Output: text,
  ServiceID: text,
  ServiceName: text,
  ServiceTags: texts,
  Type: text,
  Interval: text,
  Timeout: text,
  ExposedPort: int(),
  PeerName: text,
});

export const nodeFilter = new RecordFilter<Node>(nodeFields);
export const nodeServiceFilter = new RecordFilter<NodeService>(nodeServiceFields);
export const checkFilter = new RecordFilter<HealthCheck>(checkFields);

export const serviceNodeFilter = new RecordFilter<ServiceNode>(record<ServiceNode>({
  ID: text,
  Node: text,
  Address: text,
  Datacenter: text,
  TaggedAddresses: textMap,
  NodeMeta: textMap,
  ServiceKind: text,
  ServiceID: text,
  ServiceName: text,
  ServiceTags: texts,
  ServiceAddress: text,
  ServiceTaggedAddresses: addressFields,
  ServiceWeights: weightsFields,
  ServiceMeta: textMap,
  ServicePort: int(),
  ServiceSocketPath: text,
  ServiceEnableTagOverride: bool,
  ServiceProxy: proxyFields,
  ServiceConnect: connectFields,
  PeerName: text,
}));

export const instanceFilter = new RecordFilter<CheckServiceNode>(record<CheckServiceNode>({
  Node: pointer(nodeFields),
  Service: pointer(nodeServiceFields),
  Checks: listOfRecords(checkFields),
}));

export const nodeInfoFilter = new RecordFilter<NodeInfo>(record<NodeInfo>({
  ID: text,
  Node: text,
  Partition: text,
  PeerName: text,
  Address: text,
  TaggedAddresses: textMap,
  Meta: textMap,
  Services: listOfRecords(nodeServiceFields),
  Checks: listOfRecords(checkFields),
}));
