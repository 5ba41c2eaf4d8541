import {QueryMeta, QueryOptions, QuerySource} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, list, str} from '../schema/types.ts';
import {GatewayService} from './requests.ts';
import {CheckServiceNode} from './schema.ts';

/** Asks for all instances there are, or for all of one kind. */
export const ServiceDumpRequest = struct('ServiceDumpRequest', {
  Datacenter: str,
  ServiceKind: str,
  UseServiceKind: bool,
  /** Without the links between gateways and services. */
  NodesOnly: bool,
  Source: QuerySource,
  PeerName: str,
  ...embed(QueryOptions),
});
export type ServiceDumpRequest = TypeOf<typeof ServiceDumpRequest>;

export const IndexedNodesWithGateways = struct('IndexedNodesWithGateways', {
  ImportedNodes: list(CheckServiceNode),
  Nodes: list(CheckServiceNode),
  Gateways: list(GatewayService),
  ...embed(QueryMeta),
});
export type IndexedNodesWithGateways = TypeOf<typeof IndexedNodesWithGateways>;

/** How many of something are in which state. */
export const HealthSummary = struct('HealthSummary', {Name: str.omitEmpty(), Total: int, Passing: int, Warning: int, Critical: int});
export type HealthSummary = TypeOf<typeof HealthSummary>;

/** The state of the whole catalog in numbers (http-core.md §19). */
export const CatalogSummary = struct('CatalogSummary', {Nodes: list(HealthSummary), Services: list(HealthSummary), Checks: list(HealthSummary)});
export type CatalogSummary = TypeOf<typeof CatalogSummary>;
