import {QueryMeta, QueryOptions, QuerySource, RaftIndex} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, int32, list, map, nullable, str} from '../schema/types.ts';
import {CheckServiceNode, HealthCheck, Node, NodeService, ServiceNode} from './schema.ts';

/** A read about the instances or checks of one service. */
export const ServiceSpecificRequest = struct('ServiceSpecificRequest', {
  Datacenter: str,
  PeerName: str,
  SamenessGroup: str,
  NodeMetaFilters: map(str),
  ServiceName: str,
  ServiceKind: str,
  ServiceTag: str,
  ServiceTags: list(str),
  ServiceAddress: str,
  TagFilter: bool,
  HealthFilterType: int32,
  Source: QuerySource,
  Connect: bool,
  Ingress: bool,
  MergeCentralConfig: bool,
  ...embed(QueryOptions),
});
export type ServiceSpecificRequest = TypeOf<typeof ServiceSpecificRequest>;

export const ChecksInStateRequest = struct('ChecksInStateRequest', {
  Datacenter: str,
  NodeMetaFilters: map(str),
  State: str,
  Source: QuerySource,
  PeerName: str,
  ...embed(QueryOptions),
});
export type ChecksInStateRequest = TypeOf<typeof ChecksInStateRequest>;

export const IndexedNodes = struct('IndexedNodes', {Nodes: list(Node), ...embed(QueryMeta)});
export type IndexedNodes = TypeOf<typeof IndexedNodes>;

/** Names with the union of their instances' tags. */
export const IndexedServices = struct('IndexedServices', {Services: map(list(str)), ...embed(QueryMeta)});
export type IndexedServices = TypeOf<typeof IndexedServices>;

const ServiceName = struct('ServiceName', {Name: str});
type ServiceName = TypeOf<typeof ServiceName>;

export const IndexedServiceList = struct('IndexedServiceList', {Services: list(ServiceName), ...embed(QueryMeta)});
export type IndexedServiceList = TypeOf<typeof IndexedServiceList>;

export const IndexedServiceNodes = struct('IndexedServiceNodes', {ServiceNodes: list(ServiceNode), ...embed(QueryMeta)});
export type IndexedServiceNodes = TypeOf<typeof IndexedServiceNodes>;

export const NodeServices = struct('NodeServices', {Node: nullable(Node), Services: map(NodeService)});
export type NodeServices = TypeOf<typeof NodeServices>;

export const IndexedNodeServices = struct('IndexedNodeServices', {NodeServices: nullable(NodeServices), ...embed(QueryMeta)});
export type IndexedNodeServices = TypeOf<typeof IndexedNodeServices>;

export const NodeServiceList = struct('NodeServiceList', {Node: nullable(Node), Services: list(NodeService)});
export type NodeServiceList = TypeOf<typeof NodeServiceList>;

export const IndexedNodeServiceList = struct('IndexedNodeServiceList', {NodeServices: NodeServiceList, ...embed(QueryMeta)});
export type IndexedNodeServiceList = TypeOf<typeof IndexedNodeServiceList>;

export const IndexedHealthChecks = struct('IndexedHealthChecks', {HealthChecks: list(HealthCheck), ...embed(QueryMeta)});
export type IndexedHealthChecks = TypeOf<typeof IndexedHealthChecks>;

export const IndexedCheckServiceNodes = struct('IndexedCheckServiceNodes', {Nodes: list(CheckServiceNode), ...embed(QueryMeta)});
export type IndexedCheckServiceNodes = TypeOf<typeof IndexedCheckServiceNodes>;

/** A gateway and a service behind it (http-core.md §10.8, mesh.md §9). A service `*` stands for all that there will be. */
export const GatewayService = struct('GatewayService', {
  Gateway: ServiceName,
  Service: ServiceName,
  GatewayKind: str,
  Port: int.omitEmpty(),
  Protocol: str.omitEmpty(),
  Hosts: list(str).omitEmpty(),
  CAFile: str.omitEmpty(),
  CertFile: str.omitEmpty(),
  KeyFile: str.omitEmpty(),
  SNI: str.omitEmpty(),
  FromWildcard: bool.omitEmpty(),
  /** `service` while instances are there, `destination` for one outside, nothing else. */
  ServiceKind: str.omitEmpty(),
  ...embed(RaftIndex),
  AutoHostRewrite: bool.omitEmpty(),
});
export type GatewayService = TypeOf<typeof GatewayService>;

export const IndexedGatewayServices = struct('IndexedGatewayServices', {Services: list(GatewayService), ...embed(QueryMeta)});
export type IndexedGatewayServices = TypeOf<typeof IndexedGatewayServices>;

/** All of a node: the rows of `Internal.NodeDump` (http-core.md §19). */
export const NodeInfo = struct('NodeInfo', {
  ID: str,
  Node: str,
  Partition: str.omitEmpty(),
  PeerName: str.omitEmpty(),
  Address: str,
  TaggedAddresses: map(str),
  Meta: map(str),
  Services: list(NodeService),
  Checks: list(HealthCheck),
});
export type NodeInfo = TypeOf<typeof NodeInfo>;

export const IndexedNodeDump = struct('IndexedNodeDump', {ImportedDump: list(NodeInfo), Dump: list(NodeInfo), ...embed(QueryMeta)});
export type IndexedNodeDump = TypeOf<typeof IndexedNodeDump>;

/** Consul's HealthFilterType. */
export const healthFilter = {all: 0, notCritical: 1, onlyPassing: 2} as const;
