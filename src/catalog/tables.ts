import {defineTable} from '../store/table.ts';
import {type HealthCheck, type Node, type NodeService} from './schema.ts';

/** An instance and the node it runs on. */
export interface ServiceRow {
  readonly Node: string;
  readonly Service: NodeService;
}

/** Names and ids do not tell capitals from small letters (http-core.md §21.3). */
export function folded(...parts: readonly string[]): string {
  return parts.join('\0').toLowerCase();
}

/** Everything of a node, a service's name or another first part of a key: the prefix of their keys. */
export function foldedPrefix(...parts: readonly string[]): string {
  return `${folded(...parts)}\0`;
}

export const Nodes = defineTable({
  name: 'nodes',
  key: (node: Node) => folded(node.Node),
  indexes: {id: (node: Node) => (node.ID === '' ? undefined : folded(node.ID))},
});

/** Instances by node and id; by name; by the service that they are a way into the mesh to; by kind; by an address of their own. */
export const Services = defineTable({
  name: 'services',
  key: (row: ServiceRow) => serviceKey(row.Node, row.Service.ID),
  indexes: {
    name: (row: ServiceRow) => folded(row.Service.Service, row.Node, row.Service.ID),
    connect: (row: ServiceRow) => {
      const name = connectNameOf(row.Service);
      return name === undefined ? undefined : folded(name, row.Node, row.Service.ID);
    },
    address: (row: ServiceRow) => (row.Service.Address === '' ? undefined : folded(row.Service.Address, row.Node, row.Service.ID)),
    kind: (row: ServiceRow) => folded(kindOf(row.Service), row.Service.Service, row.Node, row.Service.ID),
  },
});

/** Checks by node and id; by the instance they are about (none: the node); by that service's name; by status; by the sessions they follow. */
export const Checks = defineTable({
  name: 'checks',
  key: (check: HealthCheck) => checkKey(check.Node, check.CheckID),
  indexes: {
    instance: (check: HealthCheck) => folded(check.Node, check.ServiceID, check.CheckID),
    service: (check: HealthCheck) => (check.ServiceName === '' ? undefined : folded(check.ServiceName, check.Node, check.CheckID)),
    status: (check: HealthCheck) => folded(check.Status, check.Node, check.CheckID),
    session: ({Type, Node, CheckID, Definition: {SessionName}}: HealthCheck) =>
      Type === 'session' && SessionName !== '' ? `${sessionChecksPrefix(Node, SessionName)}${folded(CheckID)}` : undefined,
  },
});

export function serviceKey(node: string, serviceId: string): string {
  return folded(node, serviceId);
}

export function checkKey(node: string, checkId: string): string {
  return folded(node, checkId);
}

/** Where the checks of a node are that follow sessions of this name; it is told apart by capitals, unlike the node's. */
export function sessionChecksPrefix(node: string, sessionName: string): string {
  return `${foldedPrefix(node)}${sessionName}\0`;
}

/** Consul's word for the kind of an ordinary service. */
export function kindOf(service: NodeService): string {
  return service.Kind === '' ? 'typical' : service.Kind;
}

/** The service that this instance takes mesh traffic for: a proxy's destination, or itself when it is native. */
export function connectNameOf(service: NodeService): string | undefined {
  if (service.Kind === 'connect-proxy') return service.Proxy.DestinationServiceName;
  return service.Connect.Native ? service.Service : undefined;
}

/** Names in Consul's index table (rpc-raft.md §17). They are told apart without regard to capitals. */
export const indexNames = {
  nodes: 'peer.~:nodes',
  services: 'peer.~:services',
  checks: 'peer.~:checks',
  nodeExtinction: 'peer.~:node_last_extinction',
  serviceExtinction: 'peer.~:service_last_extinction',
  node: (name: string): string => `peer.~:node.${name}`,
  service: (name: string): string => `peer.~:service.${name}`,
  kind: (kind: string): string => `peer.~:service_kind.${kind}`,
} as const;
