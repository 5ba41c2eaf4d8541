import {type Method} from '../rpc/method.ts';
import {DCSpecificRequest, NodeSpecificRequest} from '../schema/rpc-common.ts';
import {list, str} from '../schema/types.ts';
import {struct, type TypeOf} from '../schema/struct.ts';
import {
  ChecksInStateRequest,
  IndexedCheckServiceNodes,
  IndexedGatewayServices,
  IndexedHealthChecks,
  IndexedNodeDump,
  IndexedNodes,
  IndexedNodeServiceList,
  IndexedNodeServices,
  IndexedServiceList,
  IndexedServiceNodes,
  IndexedServices,
  ServiceSpecificRequest,
} from './requests.ts';
import {CatalogSummary, IndexedNodesWithGateways, ServiceDumpRequest} from './internal-schema.ts';
import {DeregisterRequest, RegisterRequest} from './schema.ts';

/** An answer or a request without fields. */
export const Empty = struct('Empty', {}, {goType: 'struct {}'});
export type Empty = TypeOf<typeof Empty>;

const datacenters = list(str);

function read<Req, Res>(name: string, request: Method<Req, Res>['request'], response: Method<Req, Res>['response']): Method<Req, Res> {
  return {name, kind: 'read', request, response};
}

/** Catalog.*, Health.* and the parts of Internal.* that read the catalog (rpc-raft.md §8). */
export const catalogRegister: Method<RegisterRequest, Empty> = {name: 'Catalog.Register', kind: 'write', request: RegisterRequest, response: Empty};
export const catalogDeregister: Method<DeregisterRequest, Empty> = {name: 'Catalog.Deregister', kind: 'write', request: DeregisterRequest, response: Empty};
export const catalogListDatacenters: Method<Empty, readonly string[] | null> = {name: 'Catalog.ListDatacenters', kind: 'local', request: Empty, response: datacenters};
export const catalogListNodes = read('Catalog.ListNodes', DCSpecificRequest, IndexedNodes);
export const catalogListServices = read('Catalog.ListServices', DCSpecificRequest, IndexedServices);
export const catalogServiceList = read('Catalog.ServiceList', DCSpecificRequest, IndexedServiceList);
export const catalogServiceNodes = read('Catalog.ServiceNodes', ServiceSpecificRequest, IndexedServiceNodes);
/** A service's virtual address; empty when it has none. */
export const catalogVirtualIp = read('Catalog.VirtualIPForService', ServiceSpecificRequest, str);
export const catalogNodeServices = read('Catalog.NodeServices', NodeSpecificRequest, IndexedNodeServices);
export const catalogNodeServiceList = read('Catalog.NodeServiceList', NodeSpecificRequest, IndexedNodeServiceList);
export const catalogGatewayServices = read('Catalog.GatewayServices', ServiceSpecificRequest, IndexedGatewayServices);
export const healthChecksInState = read('Health.ChecksInState', ChecksInStateRequest, IndexedHealthChecks);
export const healthNodeChecks = read('Health.NodeChecks', NodeSpecificRequest, IndexedHealthChecks);
export const healthServiceChecks = read('Health.ServiceChecks', ServiceSpecificRequest, IndexedHealthChecks);
export const healthServiceNodes = read('Health.ServiceNodes', ServiceSpecificRequest, IndexedCheckServiceNodes);
export const internalNodeInfo = read('Internal.NodeInfo', NodeSpecificRequest, IndexedNodeDump);
export const internalNodeDump = read('Internal.NodeDump', DCSpecificRequest, IndexedNodeDump);
export const internalServiceDump = read('Internal.ServiceDump', ServiceDumpRequest, IndexedNodesWithGateways);
export const internalCatalogOverview = read('Internal.CatalogOverview', DCSpecificRequest, CatalogSummary);
