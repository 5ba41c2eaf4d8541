import {DCSpecificRequest, RaftIndex, WriteRequest} from '../../src/schema/rpc-common.ts';
import {embed, struct} from '../../src/schema/struct.ts';
import {any, bool, byteStr, bytes, duration, int, list, map, nullable, str, uint, uint64} from '../../src/schema/types.ts';

/** A few of the structs of rpc-raft.md §20, for the tests of the schema room. */
export const DirEntry = struct('DirEntry', {
  LockIndex: uint, Key: byteStr, Flags: uint64, Value: bytes, Session: str.omitEmpty(), ...embed(RaftIndex)});
export const KVSRequest = struct('KVSRequest', {Datacenter: str, Op: str, DirEnt: DirEntry, ...embed(WriteRequest)});
export const DeregisterRequest = struct('DeregisterRequest', {
  Datacenter: str, Node: str, ServiceID: str, CheckID: str, PeerName: str, ...embed(WriteRequest)});

const Locality = struct('Locality', {Region: str, Zone: str});
const ServiceAddress = struct('ServiceAddress', {Address: str, Port: int});
export const Weights = struct('Weights', {Passing: int, Warning: int});
const MeshGateway = struct('MeshGatewayConfig', {Mode: str});
const Upstream = struct('Upstream', {
  DestinationType: str, DestinationNamespace: str, DestinationPartition: str, DestinationPeer: str, DestinationName: str,
  Datacenter: str, LocalBindAddress: str, LocalBindPort: int, LocalBindSocketPath: str, LocalBindSocketMode: str,
  Config: map(any), MeshGateway, IngressHosts: list(str), CentrallyConfigured: bool});
const Proxy = struct('ConnectProxyConfig', {
  EnvoyExtensions: list(any), DestinationServiceName: str, DestinationServiceID: str, LocalServiceAddress: str,
  LocalServicePort: int, LocalServiceSocketPath: str, Mode: str, Config: map(any), Upstreams: list(Upstream), MeshGateway,
  Expose: struct('ExposeConfig', {Checks: bool, Paths: list(any)}),
  TransparentProxy: struct('TransparentProxyConfig', {OutboundListenerPort: int, DialedDirectly: bool}), MutualTLSMode: str,
  AccessLogs: struct('AccessLogsConfig', {
    Enabled: bool, DisableListenerLogs: bool, Type: str, Path: str, JSONFormat: str, TextFormat: str})});
export const NodeService = struct('NodeService', {
  Kind: str, ID: str, Service: str, Tags: list(str), Address: str, TaggedAddresses: map(ServiceAddress), Meta: map(str),
  Port: int, SocketPath: str, Weights: nullable(Weights), EnableTagOverride: bool, Locality: nullable(Locality), Proxy,
  Connect: struct('ServiceConnect', {Native: bool, SidecarService: any, PeerMeta: any}), LocallyRegisteredAsSidecar: bool,
  PeerName: str, ...embed(RaftIndex)});
const Definition = struct('HealthCheckDefinition', {
  HTTP: str, TLSServerName: str, TLSSkipVerify: bool, Header: map(list(str)), Method: str, Body: str, DisableRedirects: bool,
  TCP: str, TCPUseTLS: bool, UDP: str, H2PING: str, OSService: str, H2PingUseTLS: bool, Interval: duration, OutputMaxSize: uint,
  Timeout: duration, DeregisterCriticalServiceAfter: duration, ScriptArgs: list(str), DockerContainerID: str, Shell: str,
  GRPC: str, GRPCUseTLS: bool, AliasNode: str, AliasService: str, SessionName: str, TTL: duration});
export const HealthCheck = struct('HealthCheck', {
  Node: str, CheckID: str, Name: str, Status: str, Notes: str, Output: str, ServiceID: str, ServiceName: str,
  ServiceTags: list(str), Type: str, Interval: str, Timeout: str, ExposedPort: int, PeerName: str, Definition,
  ...embed(RaftIndex)});
export const Node = struct('Node', {
  ID: str, Node: str, Address: str, Datacenter: str, Partition: str, PeerName: str, TaggedAddresses: map(str), Meta: map(str),
  Locality: nullable(Locality), ...embed(RaftIndex)});
export const CheckServiceNode = struct('CheckServiceNode', {
  Node: nullable(Node), Service: nullable(NodeService), Checks: list(HealthCheck)});
export const RegisterRequest = struct('RegisterRequest', {
  Datacenter: str, ID: str, Node: str, Address: str, TaggedAddresses: map(str), NodeMeta: map(str),
  Service: nullable(NodeService), Check: nullable(HealthCheck), Checks: list(HealthCheck), Locality: nullable(Locality),
  SkipNodeUpdate: bool, PeerName: str, ...embed(WriteRequest), ...embed(RaftIndex)});
const Session = struct('Session', {
  ID: str, Name: str, Node: str, LockDelay: duration, Behavior: str, TTL: str, NodeChecks: list(str),
  ServiceChecks: list(struct('ServiceCheck', {ID: str, Namespace: str})), Checks: list(str), ...embed(RaftIndex)});
export const SessionRequest = struct('SessionRequest', {Datacenter: str, Op: str, Session, ...embed(WriteRequest)});
export {DCSpecificRequest};
