import {type IngressGatewayConfigEntry, IngressListeners, LinkedServices, type TerminatingGatewayConfigEntry} from '../config-entry/entries/gateways.ts';
import {type ConfigEntry} from '../config-entry/schema.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {equalLists} from './equal.ts';
import {everyService, GatewayServices, gatewaysOfService, servicesOfGateway} from './gateway-tables.ts';
import {GatewayService} from './requests.ts';
import {connectEnabled, destinationKind, hasKindName, namesOfKind, typicalKind} from './kind-names.ts';
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

/** An instance that was not there is: gateways to every service lead to it too. */
export function linkInstance({tx, index}: ApplyContext, service: NodeService): void {
  const changes = new LinkChanges(tx, index);
  if (service.Kind === '' && service.Service !== consul) {
    for (const link of gatewaysOfService(tx, service.Service)) changes.put({...link, Service: {Name: service.Service}, ServiceKind: serviceKindOf(tx, service.Service)});
    if (!service.Connect.Native) changes.addFromWildcards(terminating, service.Service);
  }
  const connectName = connectNameOf(service);
  if (connectName !== undefined) changes.addFromWildcards(ingress, connectName);
  changes.bump();
}

/**
 * An instance is gone from the tables. What only `*` named goes with the last that made it one of every service; what an
 * entry names is without instances.
 */
export function unlinkInstance({tx, index}: ApplyContext, service: NodeService): void {
  const changes = new LinkChanges(tx, index);
  const name = service.Service;
  if (!hasOutside(tx, name)) changes.leaveWildcards(terminating, name);
  if (!hasAny(tx, 'name', name)) changes.tellKind(name);
  const connectName = connectNameOf(service);
  if (connectName !== undefined && !hasAny(tx, 'connect', connectName)) changes.leaveWildcards(ingress, connectName);
  changes.bump();
}

/** A service became a destination outside of the mesh: terminating gateways to every service lead to it too. */
export function linkDestination({tx, index}: ApplyContext, name: string): void {
  const changes = new LinkChanges(tx, index);
  for (const link of gatewaysOfService(tx, name)) changes.put({...link, ServiceKind: serviceKindOf(tx, name)});
  for (const link of gatewaysOfService(tx, everyService)) if (link.GatewayKind === terminating) changes.put(ofWildcard(tx, link, name));
  changes.bump();
}

/** A name is no destination any longer: where no instance has it either, wildcards of terminating gateways let it go. */
export function unlinkDestination({tx, index}: ApplyContext, name: string): void {
  const changes = new LinkChanges(tx, index);
  if (!hasAny(tx, 'name', name)) {
    changes.leaveWildcards(terminating, name);
    changes.tellKind(name);
  }
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
  addFromWildcards(kind: string, service: string): void {
    for (const wildcard of gatewaysOfService(this.#tx, everyService)) {
      if (wildcard.GatewayKind === kind) this.put(ofWildcard(this.#tx, wildcard, service));
    }
  }

  /** The service is none any more of those that gateways of this kind reach through `*`. */
  leaveWildcards(kind: string, service: string): void {
    for (const link of gatewaysOfService(this.#tx, service)) {
      if (link.GatewayKind !== kind || !link.FromWildcard) continue;
      deleteLink(this.#tx, link);
      this.#changed(link);
    }
  }

  /** What the service is has changed. */
  tellKind(service: string): void {
    for (const link of gatewaysOfService(this.#tx, service)) this.put({...link, ServiceKind: serviceKindOf(this.#tx, service)});
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
    for (const name of entry.Kind === ingress ? namesOfKind(tx, connectEnabled) : outsideNames(tx)) {
      // Consul tells here of destinations what they are, and of services only at the next write of one.
      const ServiceKind = hasKindName(tx, destinationKind, name) ? 'destination' : '';
      const link = {...ofWildcard(tx, wildcard, name), ServiceKind, ...indexes};
      if (!tx.has(GatewayServices, GatewayServices.keyOf(link))) putLink(tx, link);
    }
  }
}

/** What a terminating gateway to every service leads to: services that are not in the mesh by themselves, and destinations. */
function outsideNames(tx: WriteTx): readonly string[] {
  const isOutside = (name: string) => name.toLowerCase() !== consul && hasOutside(tx, name);
  return [...namesOfKind(tx, typicalKind).filter(isOutside), ...namesOfKind(tx, destinationKind)];
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

function ofWildcard(reader: Reader, wildcard: GatewayService, service: string): GatewayService {
  return {...wildcard, Service: {Name: service}, FromWildcard: true, ServiceKind: serviceKindOf(reader, service)};
}

function serviceKindOf(reader: Reader, service: string): string {
  if (reader.byIndex(Services, 'name').prefix(foldedPrefix(service)).toArray().some((row) => kindOf(row.Service) === typicalKind)) return 'service';
  return hasKindName(reader, destinationKind, service) ? 'destination' : '';
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
  return reader.byIndex(Services, 'name').prefix(foldedPrefix(service)).toArray().some(({Service}) => !Service.Connect.Native);
}

function hasAny(reader: Reader, by: 'name' | 'connect', service: string): boolean {
  return reader.byIndex(Services, by).count(foldedPrefix(service)) > 0;
}
