import {type IngressGatewayConfigEntry, IngressListeners, LinkedServices, type TerminatingGatewayConfigEntry} from '../config-entry/entries/gateways.ts';
import {type ConfigEntry} from '../config-entry/schema.ts';
import {configEntry} from '../config-entry/state.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {equalLists} from './equal.ts';
import {everyService, GatewayServices, gatewaysOfService, servicesOfGateway} from './gateway-tables.ts';
import {GatewayService} from './requests.ts';
import {destinationKind, namesOfKind, typicalKind} from './kind-names.ts';
import {bumpTopology, deleteGatewayUpstream, putGatewayUpstream} from './mesh-topology.ts';
import {type NodeService} from './schema.ts';
import {connectNameOf, foldedPrefix, kindOf, Services} from './tables.ts';

export type GatewayEntry = ConfigEntry<'ingress-gateway' | 'terminating-gateway'>;

const ingress = 'ingress-gateway';
const terminating = 'terminating-gateway';
const indexName = 'gateway-services';
/** The servers themselves are behind no gateway. */
const consul = 'consul';

/** A gateway's entry was written: its links are made anew, unless it links to the same services in the same way. */
export function linkGateway(context: ApplyContext, entry: GatewayEntry, before: GatewayEntry | undefined): void {
  if (before !== undefined && isSameLinking(entry, before)) return;
  const {tx, index} = context;
  unlink(tx, entry.Name);
  makeLinks(tx, index, entry);
  bump(tx, index, entry.Kind === ingress);
}

/** A gateway's entry is gone, and with it all that it led to. */
export function unlinkGateway({tx, index}: ApplyContext, {Kind, Name}: GatewayEntry): void {
  unlink(tx, Name);
  bump(tx, index, Kind === ingress);
}

/** The links of an entry out of a snapshot, after all services; the index table comes from there too. */
export function restoreLinks(tx: WriteTx, entry: GatewayEntry): void {
  makeLinks(tx, entry.body.ModifyIndex, entry);
}

/**
 * An instance is about to be put, be it as it was before: gateways to every service lead to it too. As in Consul, what the
 * tables have of its service until then counts with it.
 */
export function linkInstance({tx, index}: ApplyContext, service: NodeService): void {
  if ((service.Kind !== '' && service.Kind !== 'connect-proxy') || tx.size(GatewayServices) === 0) return;
  const name = service.Kind === '' ? service.Service : service.Proxy.DestinationServiceName;
  if (name === consul) return;
  const changes = new LinkChanges(tx, index);
  if ((service.Kind === '' && !service.Connect.Native) || hasOutside(tx, name)) changes.addFromWildcards(terminating, name, 'service');
  if (connectNameOf(service) !== undefined || hasAny(tx, 'connect', name)) changes.addFromWildcards(ingress, name, 'service');
  if (service.Kind === '') changes.tellKind(name, 'service');
  changes.bump();
}

/**
 * An instance is gone from the tables. What only `*` named goes with the last that made it one of every service; what an
 * entry names is without instances. The end of a proxy is looked at when it was the last way into the mesh to its service.
 */
export function unlinkInstance({tx, index}: ApplyContext, service: NodeService): void {
  if (tx.size(GatewayServices) === 0) return;
  const isProxy = service.Kind === 'connect-proxy';
  const name = isProxy ? service.Proxy.DestinationServiceName : service.Service;
  if (isProxy && hasAny(tx, 'connect', name)) return;
  const changes = new LinkChanges(tx, index);
  changes.leaveWhatEnded(name, serviceKindOf(tx, name));
  changes.bump();
}

/** A service became a destination outside of the mesh: terminating gateways to every service lead to it too. */
export function linkDestination({tx, index}: Pick<ApplyContext, 'tx' | 'index'>, name: string): void {
  const changes = new LinkChanges(tx, index);
  changes.reachFromWildcards(name);
  changes.tellKind(name, serviceKindOf(tx, name));
  changes.bump();
}

/** It is none any more, and its entry is gone. */
export function unlinkDestination({tx, index}: ApplyContext, name: string): void {
  const changes = new LinkChanges(tx, index);
  // As in Consul, links are told once more that it is one, which moves the index where they did not know.
  changes.leaveWhatEnded(name, hasAny(tx, 'name', name) ? 'service' : 'destination');
  changes.reachFromWildcards(name);
  changes.tellKind(name, serviceKindOf(tx, name));
  changes.bump();
}

/** Links that one entry brings about, and whether they moved what the index table tells. */
class LinkChanges {
  readonly #tx: WriteTx;
  readonly #index: number;
  #isChanged = false;
  #isIngress = false;

  constructor(tx: WriteTx, index: number) {
    this.#tx = tx;
    this.#index = index;
  }

  put(link: GatewayService): void {
    const known = this.#tx.get(GatewayServices, GatewayServices.keyOf(link));
    if (known !== undefined && isSameLink(known, link)) return;
    putLink(this.#tx, {...link, CreateIndex: known?.CreateIndex ?? this.#index, ModifyIndex: this.#index});
    this.#changed(link);
  }

  /** As in Consul, in the place of a link that the entry has for the service by name; written anew, the entry brings it back. */
  addFromWildcards(kind: string, service: string, ServiceKind: string): void {
    for (const wildcard of gatewaysOfService(this.#tx, everyService)) {
      if (wildcard.GatewayKind === kind) this.put({...ofWildcard(wildcard, service), ServiceKind});
    }
  }

  /** What the service is decides which gateways to every service lead to it. */
  reachFromWildcards(service: string): void {
    const kind = serviceKindOf(this.#tx, service);
    if (hasOutside(this.#tx, service) || kind === 'destination') this.addFromWildcards(terminating, service, kind);
    if (hasAny(this.#tx, 'connect', service)) this.addFromWildcards(ingress, service, kind);
  }

  /** The service may be none any more of those that gateways reach through `*`. */
  leaveWhatEnded(service: string, kind: string): void {
    const isReached = new Map([[terminating, hasOutside(this.#tx, service) || isDestination(this.#tx, service)], [ingress, hasAny(this.#tx, 'connect', service)]]);
    for (const link of gatewaysOfService(this.#tx, service)) {
      if (!link.FromWildcard || isReached.get(link.GatewayKind) !== false) continue;
      deleteLink(this.#tx, link);
      this.#changed(link);
    }
    // As in Consul, each link by name tells the first of all links, with the capitals that it has itself.
    for (const {FromWildcard, Service} of gatewaysOfService(this.#tx, service)) if (!FromWildcard) this.tellKind(Service.Name, kind);
  }

  /** What the service is may have changed: as in Consul, only the first of its links is told. */
  tellKind(service: string, ServiceKind: string): void {
    const [link] = gatewaysOfService(this.#tx, service);
    if (link !== undefined) this.put({...link, ServiceKind, Service: {Name: service}});
  }

  bump(): void {
    if (this.#isChanged) bump(this.#tx, this.#index, this.#isIngress);
  }

  #changed({GatewayKind}: GatewayService): void {
    this.#isChanged = true;
    if (GatewayKind === ingress) this.#isIngress = true;
  }
}

function bump(tx: WriteTx, index: number, isIngress: boolean): void {
  tx.setIndex(indexName, index);
  if (isIngress) bumpTopology(tx, index);
}

function isSameLinking(a: GatewayEntry, b: GatewayEntry): boolean {
  if (a.Kind === ingress && b.Kind === ingress) return IngressListeners.toJson(a.body.Listeners) === IngressListeners.toJson(b.body.Listeners);
  return a.Kind === terminating && b.Kind === terminating && LinkedServices.toJson(a.body.Services) === LinkedServices.toJson(b.body.Services);
}

function makeLinks(tx: WriteTx, index: number, entry: GatewayEntry): void {
  const links = entry.Kind === ingress ? ingressLinks(entry.body) : terminatingLinks(entry.body);
  const indexes = {CreateIndex: index, ModifyIndex: index};
  // Of what an ingress gateway offers Consul tells only at the next registration what it is.
  for (const link of links) putLink(tx, {...link, ServiceKind: entry.Kind === ingress ? '' : serviceKindOf(tx, link.Service.Name), ...indexes});
  for (const wildcard of links.filter(({Service}) => Service.Name === everyService)) {
    // Consul tells here of destinations what they are, and of services only at the next write of one.
    for (const [name, ServiceKind] of reachedNames(tx, entry.Kind)) {
      const link = {...ofWildcard(wildcard, name), ServiceKind, ...indexes};
      if (!tx.has(GatewayServices, GatewayServices.keyOf(link))) putLink(tx, link);
    }
  }
}

type NameAndKind = readonly [name: string, kind: string];

/**
 * What a gateway to every service leads to: ordinary services that are not in the mesh by themselves, or (an ingress
 * gateway) such as are in the mesh; and destinations.
 */
function reachedNames(tx: WriteTx, kind: GatewayEntry['Kind']): readonly NameAndKind[] {
  const isReached = (name: string) => hasOrdinary(tx, name) && (kind === ingress ? hasAny(tx, 'connect', name) : name.toLowerCase() !== consul && hasOutside(tx, name));
  const services = namesOfKind(tx, typicalKind).filter(isReached).map((name) => [name, ''] as const);
  return [...services, ...namesOfKind(tx, destinationKind).filter((name) => isDestination(tx, name)).map((name) => [name, 'destination'] as const)];
}

function ingressLinks({Name, Listeners}: IngressGatewayConfigEntry): readonly GatewayService[] {
  return (Listeners ?? []).flatMap(({Port, Protocol, Services: services}) =>
    (services ?? []).map((service) =>
      GatewayService.make({Gateway: {Name}, Service: {Name: service.Name}, GatewayKind: ingress, Port, Protocol, Hosts: service.Hosts}),
    ),
  );
}

function terminatingLinks({Name, Services: services}: TerminatingGatewayConfigEntry): readonly GatewayService[] {
  return (services ?? []).map(({Name: service, CAFile, CertFile, KeyFile, SNI, DisableAutoHostRewrite}) =>
    GatewayService.make({
      Gateway: {Name}, Service: {Name: service}, GatewayKind: terminating, CAFile, CertFile, KeyFile, SNI, AutoHostRewrite: !DisableAutoHostRewrite,
    }),
  );
}

function ofWildcard(wildcard: GatewayService, service: string): GatewayService {
  return {...wildcard, Service: {Name: service}, FromWildcard: true};
}

function serviceKindOf(reader: Reader, service: string): string {
  if (hasAny(reader, 'name', service)) return 'service';
  return isDestination(reader, service) ? 'destination' : '';
}

function isDestination(reader: Reader, service: string): boolean {
  return (configEntry(reader, 'service-defaults', service)?.body.Destination ?? null) !== null;
}

function isSameLink(a: GatewayService, b: GatewayService): boolean {
  return (
    a.Service.Name === b.Service.Name && a.ServiceKind === b.ServiceKind && a.FromWildcard === b.FromWildcard && a.Protocol === b.Protocol &&
    equalLists(a.Hosts, b.Hosts) && a.CAFile === b.CAFile && a.CertFile === b.CertFile && a.KeyFile === b.KeyFile && a.SNI === b.SNI &&
    a.AutoHostRewrite === b.AutoHostRewrite
  );
}

function putLink(tx: WriteTx, link: GatewayService): void {
  tx.put(GatewayServices, link);
  if (link.GatewayKind === ingress) putGatewayUpstream(tx, link.Gateway.Name, link.Service.Name);
}

function deleteLink(tx: WriteTx, link: GatewayService): void {
  tx.delete(GatewayServices, GatewayServices.keyOf(link));
  if (link.GatewayKind === ingress) deleteGatewayUpstream(tx, link.Gateway.Name, link.Service.Name);
}

function unlink(tx: WriteTx, gateway: string): void {
  for (const link of servicesOfGateway(tx, gateway)) deleteLink(tx, link);
}

/** Whether there is an instance, of whatever kind, that is not in the mesh by itself. */
function hasOutside(reader: Reader, service: string): boolean {
  for (const {Service} of reader.byIndex(Services, 'name').prefix(foldedPrefix(service))) if (!Service.Connect.Native) return true;
  return false;
}

function hasOrdinary(reader: Reader, service: string): boolean {
  for (const {Service} of reader.byIndex(Services, 'name').prefix(foldedPrefix(service))) if (kindOf(Service) === typicalKind) return true;
  return false;
}

function hasAny(reader: Reader, by: 'name' | 'connect', service: string): boolean {
  return reader.byIndex(Services, by).count(foldedPrefix(service)) > 0;
}
