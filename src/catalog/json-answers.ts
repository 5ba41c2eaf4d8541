import {partsOf} from '../http/json-parts.ts';
import {collectMap} from '../runtime/slices.ts';
import {jsonArrayParts} from '../schema/long-values.ts';
import {list, map, str} from '../schema/types.ts';
import {CheckServiceNode, HealthCheck, type Node, type NodeService, ServiceNode} from './schema.ts';

const serviceMap = map(list(str));
const noTags: readonly string[] = [];

/** How catalog and health rows look in JSON: lists of tags are never null (http-core.md §5.2). */

export function servicesJson(services: ReadonlyMap<string, readonly string[] | null>, pretty: boolean): Iterable<string> {
  const shown = collectMap(services, ([name, tags]) => [name, tags ?? noTags]);
  return partsOf(shown, (map) => serviceMap.jsonParts(map, {pretty}));
}

/** Rows of `/v1/catalog/service`, in parts. Tags that are nil on the wire are an empty list, as in all answers here. */
export function serviceNodesJson(rows: readonly ServiceNode[], pretty: boolean): Iterable<string> {
  const shown = (row: ServiceNode): ServiceNode => ({...row, ServiceTags: row.ServiceTags ?? noTags});
  return jsonArrayParts(ServiceNode, each(rows, shown), {pretty});
}

/** Rows of check lists, in parts. */
export function checksJson(checks: readonly HealthCheck[], pretty: boolean): Iterable<string> {
  return jsonArrayParts(HealthCheck, each(checks, shownCheck), {pretty});
}

/** Rows of `/v1/health/service`, in parts. */
export function checkServiceNodesJson(rows: readonly CheckServiceNode[], pretty: boolean): Iterable<string> {
  const shown = ({Node, Service, Checks}: CheckServiceNode): CheckServiceNode => ({
    Node,
    Service: Service === null ? null : shownService(Service),
    Checks: (Checks ?? []).map(shownCheck),
  });
  return jsonArrayParts(CheckServiceNode, each(rows, shown), {pretty});
}

/** What `show` makes of each row, made when it is written. */
export function* each<T, R>(rows: Iterable<T>, show: (row: T) => R): Generator<R, void> {
  for (const row of rows) yield show(row);
}

/** An instance as answers show it: with tags, if only an empty list. */
export function shownService(service: NodeService): NodeService {
  return service.Tags === null ? {...service, Tags: noTags} : service;
}

/** A check likewise. */
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

/** A row of `/v1/catalog/service` likewise: the node's WAN address, and the instance's own with its port. */
export function translatedServiceNode(row: ServiceNode): ServiceNode {
  const wan = row.ServiceTaggedAddresses?.get('wan');
  const node = translatedNode(row);
  if (wan === undefined || wan.Address === '') return node;
  return {...node, ServiceAddress: wan.Address, ServicePort: wan.Port === 0 ? row.ServicePort : wan.Port};
}
