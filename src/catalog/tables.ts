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

/** How keys of rows begin: with nothing, or with the peer that the rows were imported from. */
type Scope = (peer: string, ...parts: readonly string[]) => string;

function nodeTable(name: string, scoped: Scope) {
  return defineTable({
    name,
    key: (node: Node) => scoped(node.PeerName, node.Node),
    indexes: {id: (node: Node) => (node.ID === '' ? undefined : scoped(node.PeerName, node.ID))},
  });
}

/** Instances by node and id; by name; by the service that they are a way into the mesh to; by kind; by an address of their own. */
function serviceTable(name: string, scoped: Scope) {
  const under = (part: string, {Node: node, Service}: ServiceRow) => scoped(Service.PeerName, part, node, Service.ID);
  return defineTable({
    name,
    key: ({Node: node, Service}: ServiceRow) => scoped(Service.PeerName, node, Service.ID),
    indexes: {
      name: (row: ServiceRow) => under(row.Service.Service, row),
      connect: (row: ServiceRow) => {
        const to = connectNameOf(row.Service);
        return to === undefined ? undefined : under(to, row);
      },
      address: (row: ServiceRow) => (row.Service.Address === '' ? undefined : under(row.Service.Address, row)),
      kind: ({Node: node, Service}: ServiceRow) => scoped(Service.PeerName, kindOf(Service), Service.Service, node, Service.ID),
    },
  });
}

/** Checks by node and id; by the instance they are about (none: the node); by that service's name; by status; by the sessions they follow. */
function checkTable(name: string, scoped: Scope) {
  return defineTable({
    name,
    key: (check: HealthCheck) => scoped(check.PeerName, check.Node, check.CheckID),
    indexes: {
      instance: (check: HealthCheck) => scoped(check.PeerName, check.Node, check.ServiceID, check.CheckID),
      service: (check: HealthCheck) => (check.ServiceName === '' ? undefined : scoped(check.PeerName, check.ServiceName, check.Node, check.CheckID)),
      status: (check: HealthCheck) => scoped(check.PeerName, check.Status, check.Node, check.CheckID),
      session: ({Type, Node: node, CheckID, PeerName, Definition: {SessionName}}: HealthCheck) =>
        Type === 'session' && SessionName !== '' && PeerName === '' ? `${sessionChecksPrefix(node, SessionName)}${folded(CheckID)}` : undefined,
    },
  });
}

const own: Scope = (_peer, ...parts) => folded(...parts);

/** This datacenter's own rows, of which nearly all questions are. */
export const Nodes = nodeTable('nodes', own);
export const Services = serviceTable('services', own);
export const Checks = checkTable('checks', own);

/** One of the catalogs: this datacenter's own, or what one peer exports to it. */
export interface Place {
  /** Empty: this datacenter. */
  readonly peer: string;
  readonly Nodes: typeof Nodes;
  readonly Services: typeof Services;
  readonly Checks: typeof Checks;
  readonly indexNames: IndexNames;
  key(...parts: readonly string[]): string;
  /** Of the keys below these parts. */
  prefix(...parts: readonly string[]): string;
}

const imported = {Nodes: nodeTable('imported-nodes', folded), Services: serviceTable('imported-services', folded), Checks: checkTable('imported-checks', folded)};

/** The catalog of a peer; of the empty one, this datacenter's own. */
export function placeOf(peer: string): Place {
  if (peer === '') return ownPlace;
  return {peer, ...imported, indexNames: indexNamesOf(peer), key: (...parts) => folded(peer, ...parts), prefix: (...parts) => foldedPrefix(peer, ...parts)};
}

/** Everything that was imported, of whichever peer. */
export const ImportedNodes = imported.Nodes;

/** The key of an instance of this datacenter. */
export function serviceKey(node: string, serviceId: string): string {
  return folded(node, serviceId);
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

/** Names in Consul's index table (rpc-raft.md §17): of this datacenter's own rows (`~`), or of a peer's. */
function indexNamesOf(peer: string) {
  return {
    nodes: `peer.${peer}:nodes`,
    services: `peer.${peer}:services`,
    checks: `peer.${peer}:checks`,
    nodeExtinction: `peer.${peer}:node_last_extinction`,
    serviceExtinction: `peer.${peer}:service_last_extinction`,
    node: (name: string): string => `peer.${peer}:node.${name}`,
    service: (name: string): string => `peer.${peer}:service.${name}`,
    kind: (kind: string): string => `peer.${peer}:service_kind.${kind}`,
  } as const;
}
export type IndexNames = ReturnType<typeof indexNamesOf>;

export const indexNames = indexNamesOf('~');

const ownPlace: Place = {peer: '', Nodes, Services, Checks, indexNames, key: folded, prefix: foldedPrefix};
