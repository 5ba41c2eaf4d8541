import {list, map, str} from '../schema/types.ts';
import {CheckServiceNode, HealthCheck, type Node, type NodeService, ServiceNode} from './schema.ts';

const checkList = list(HealthCheck);
const serviceNodeList = list(ServiceNode);
const checkServiceNodeList = list(CheckServiceNode);
const serviceMap = map(list(str));
const noTags: readonly string[] = [];
const noMeta: ReadonlyMap<string, string> = new Map();

/** How catalog and health rows look in JSON: lists of tags are never null (http-core.md §5.2). */

export function servicesJson(services: ReadonlyMap<string, readonly string[] | null>, pretty: boolean): string {
  return serviceMap.toJson(new Map([...services].map(([name, tags]) => [name, tags ?? noTags])), {pretty});
}

export function serviceNodesJson(rows: readonly ServiceNode[], pretty: boolean): string {
  const shown = rows.map((row) => ({...row, ServiceTags: row.ServiceTags ?? noTags, ServiceMeta: row.ServiceMeta ?? noMeta}));
  return serviceNodeList.toJson(shown, {pretty});
}

export function checksJson(checks: readonly HealthCheck[], pretty: boolean): string {
  return checkList.toJson(checks.map(shownCheck), {pretty});
}

export function checkServiceNodesJson(rows: readonly CheckServiceNode[], pretty: boolean): string {
  const shown = rows.map(({Node, Service, Checks}) => ({
    Node,
    Service: Service === null ? null : shownService(Service),
    Checks: (Checks ?? []).map(shownCheck),
  }));
  return checkServiceNodeList.toJson(shown, {pretty});
}

export function shownService(service: NodeService): NodeService {
  return service.Tags === null ? {...service, Tags: noTags} : service;
}

export function shownCheck(check: HealthCheck): HealthCheck {
  return check.ServiceTags === null ? {...check, ServiceTags: noTags} : check;
}

/** The node as other datacenters reach it: its WAN address in place of its LAN one (http-core.md §10.9). */
export function translatedNode<T extends Pick<Node, 'Address' | 'TaggedAddresses'>>(node: T): T {
  const wan = node.TaggedAddresses?.get('wan');
  return wan === undefined || wan === '' ? node : {...node, Address: wan};
}

/** The instance as other datacenters reach it. */
export function translatedService(service: NodeService): NodeService {
  const wan = service.TaggedAddresses?.get('wan');
  if (wan === undefined || wan.Address === '') return service;
  return {...service, Address: wan.Address, Port: wan.Port === 0 ? service.Port : wan.Port};
}

export function translatedServiceNode(row: ServiceNode): ServiceNode {
  const wan = row.ServiceTaggedAddresses?.get('wan');
  const node = translatedNode(row);
  if (wan === undefined || wan.Address === '') return node;
  return {...node, ServiceAddress: wan.Address, ServicePort: wan.Port === 0 ? row.ServicePort : wan.Port};
}
