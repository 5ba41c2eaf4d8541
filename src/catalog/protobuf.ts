import {
  bool, duration, freeMap, message, nested, nullableNested, type ProtoMessage, repeated, signed, text, textMap, unsigned,
} from '../schema/protobuf.ts';
import {raftIndexMessage} from '../schema/rpc-common.ts';
import {
  AccessLogsConfig, ConnectProxyConfig, EnvoyExtension, ExposeConfig, ExposePath, MeshGatewayConfig, TransparentProxyConfig, Upstream,
} from './proxy-schema.ts';
import {CheckServiceNode, HealthCheck, HealthCheckDefinition, Node, NodeService, ServiceConnect} from './schema.ts';
import {Locality, ServiceAddress, Weights} from './service-parts.ts';

/** The catalog's structs as protobuf messages (rpc-raft.md §10). Field numbers are Consul's. */

const texts = repeated(text);
const textsByKey = textMap(text, () => '');

const localityMessage = message(() => Locality.zero(), (field) => [field(1, 'Region', text), field(2, 'Zone', text)]);

const nodeMessage = message<Node>(() => Node.zero(), (field) => [
  field(1, 'ID', text),
  field(2, 'Node', text),
  field(3, 'Address', text),
  field(4, 'Datacenter', text),
  field(5, 'TaggedAddresses', textsByKey),
  field(6, 'Meta', textsByKey),
  field.embedded(7, raftIndexMessage),
  field(8, 'Partition', text),
  field(9, 'PeerName', text),
  field(10, 'Locality', nullableNested(localityMessage)),
]);

const meshGatewayMessage = message<MeshGatewayConfig>(() => MeshGatewayConfig.zero(), (field) => [field(1, 'Mode', text)]);

const exposePathMessage = message<ExposePath>(() => ExposePath.zero(), (field) => [
  field(1, 'ListenerPort', signed),
  field(2, 'Path', text),
  field(3, 'LocalPathPort', signed),
  field(4, 'Protocol', text),
  field(5, 'ParsedFromCheck', bool),
]);

export const exposeMessage = message<ExposeConfig>(() => ExposeConfig.zero(), (field) => [
  field(1, 'Checks', bool),
  field(2, 'Paths', repeated(nested(exposePathMessage))),
]);

const upstreamMessage = message<Upstream>(() => Upstream.zero(), (field) => [
  field(1, 'DestinationType', text),
  field(2, 'DestinationNamespace', text),
  field(3, 'DestinationName', text),
  field(4, 'Datacenter', text),
  field(5, 'LocalBindAddress', text),
  field(6, 'LocalBindPort', signed),
  field(7, 'Config', freeMap),
  field(8, 'MeshGateway', nested(meshGatewayMessage)),
  field(9, 'CentrallyConfigured', bool),
  field(10, 'LocalBindSocketPath', text),
  field(11, 'LocalBindSocketMode', text),
  field(12, 'DestinationPartition', text),
  field(13, 'DestinationPeer', text),
]);

export const transparentProxyMessage = message<TransparentProxyConfig>(() => TransparentProxyConfig.zero(), (field) => [
  field(1, 'OutboundListenerPort', signed),
  field(2, 'DialedDirectly', bool),
]);

export const envoyExtensionMessage = message<EnvoyExtension>(() => EnvoyExtension.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Required', bool),
  field(3, 'Arguments', freeMap),
  field(4, 'ConsulVersion', text),
  field(5, 'EnvoyVersion', text),
]);

const accessLogsMessage = message<AccessLogsConfig>(() => AccessLogsConfig.zero(), (field) => [
  field(1, 'Enabled', bool),
  field(2, 'DisableListenerLogs', bool),
  field(3, 'Type', text),
  field(4, 'Path', text),
  field(5, 'JSONFormat', text),
  field(6, 'TextFormat', text),
]);

const proxyMessage = message<ConnectProxyConfig>(() => ConnectProxyConfig.zero(), (field) => [
  field(1, 'DestinationServiceName', text),
  field(2, 'DestinationServiceID', text),
  field(3, 'LocalServiceAddress', text),
  field(4, 'LocalServicePort', signed),
  field(5, 'Config', freeMap),
  field(6, 'Upstreams', repeated(nested(upstreamMessage))),
  field(7, 'MeshGateway', nested(meshGatewayMessage)),
  field(8, 'Expose', nested(exposeMessage)),
  field(9, 'Mode', text),
  field(10, 'TransparentProxy', nested(transparentProxyMessage)),
  field(11, 'LocalServiceSocketPath', text),
  field(12, 'EnvoyExtensions', repeated(nested(envoyExtensionMessage))),
  field(13, 'AccessLogs', nested(accessLogsMessage)),
]);

const serviceAddressMessage = message<ServiceAddress>(() => ServiceAddress.zero(), (field) => [field(1, 'Address', text), field(2, 'Port', signed)]);

const weightsMessage = message<Weights>(() => Weights.zero(), (field) => [field(1, 'Passing', signed), field(2, 'Warning', signed)]);

/** A sidecar is registered as a service of its own: what was said of it stays with the agent. */
const connectMessage = message<ServiceConnect>(() => ServiceConnect.zero(), (field) => [field(1, 'Native', bool)]);

const serviceMessage: ProtoMessage<NodeService> = message<NodeService>(() => NodeService.zero(), (field) => [
  field(1, 'Kind', text),
  field(2, 'ID', text),
  field(3, 'Service', text),
  field(4, 'Tags', texts),
  field(5, 'Address', text),
  field(6, 'Meta', textsByKey),
  field(7, 'Port', signed),
  field(8, 'Weights', nullableNested(weightsMessage)),
  field(9, 'EnableTagOverride', bool),
  field(11, 'Proxy', nested(proxyMessage)),
  field(12, 'Connect', nested(connectMessage)),
  field(13, 'LocallyRegisteredAsSidecar', bool),
  field.embedded(14, raftIndexMessage),
  field(15, 'TaggedAddresses', textMap(nested(serviceAddressMessage), () => ServiceAddress.zero())),
  field.empty(16),
  field(17, 'SocketPath', text),
  field(18, 'PeerName', text),
  field(19, 'Locality', nullableNested(localityMessage)),
]);

interface HeaderValues {
  readonly Value: readonly string[] | null;
}

const headerMessage = message<HeaderValues>(() => ({Value: null}), (field) => [field(1, 'Value', texts)]);
const headerValues = nested(headerMessage);

/** A map of lists: protobuf needs a message around each list. */
const headers = textMap<readonly string[] | null>(
  {
    type: headerValues.type,
    isDefault: () => false,
    write: (writer, value) => headerValues.write(writer, {Value: value}),
    read: (reader) => headerValues.read(reader, {Value: null}).Value,
  },
  () => null,
);

const definitionMessage = message<HealthCheckDefinition>(() => HealthCheckDefinition.zero(), (field) => [
  field(1, 'HTTP', text),
  field(2, 'TLSSkipVerify', bool),
  field(3, 'Header', headers),
  field(4, 'Method', text),
  field(5, 'TCP', text),
  field(6, 'Interval', duration),
  field(7, 'Timeout', duration),
  field(8, 'DeregisterCriticalServiceAfter', duration),
  field(9, 'OutputMaxSize', unsigned),
  field(10, 'ScriptArgs', texts),
  field(11, 'DockerContainerID', text),
  field(12, 'Shell', text),
  field(13, 'GRPC', text),
  field(14, 'GRPCUseTLS', bool),
  field(15, 'AliasNode', text),
  field(16, 'AliasService', text),
  field(17, 'TTL', duration),
  field(18, 'Body', text),
  field(19, 'TLSServerName', text),
  field(20, 'H2PING', text),
  field(21, 'H2PingUseTLS', bool),
  field(22, 'DisableRedirects', bool),
  field(23, 'UDP', text),
  field(24, 'OSService', text),
  field(25, 'TCPUseTLS', bool),
  field(26, 'SessionName', text),
]);

const checkMessage = message<HealthCheck>(() => HealthCheck.zero(), (field) => [
  field(1, 'Node', text),
  field(2, 'CheckID', text),
  field(3, 'Name', text),
  field(4, 'Status', text),
  field(5, 'Notes', text),
  field(6, 'Output', text),
  field(7, 'ServiceID', text),
  field(8, 'ServiceName', text),
  field(9, 'ServiceTags', texts),
  field(10, 'Definition', nested(definitionMessage)),
  field.embedded(11, raftIndexMessage),
  field(12, 'Type', text),
  field.empty(13),
  field(14, 'ExposedPort', signed),
  field(15, 'Interval', text),
  field(16, 'Timeout', text),
  field(17, 'PeerName', text),
]);

/** An instance with its node and checks, as a client agent is told of it. */
export const checkServiceNodeMessage = message<CheckServiceNode>(() => CheckServiceNode.zero(), (field) => [
  field(1, 'Node', nullableNested(nodeMessage)),
  field(2, 'Service', nullableNested(serviceMessage)),
  field(3, 'Checks', repeated(nested(checkMessage))),
]);
