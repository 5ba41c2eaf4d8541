import {releaseVirtualIp} from '../config-entry/virtual-ips.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Sliced} from '../runtime/slices.ts';
import {metadataFault} from '../schema/metadata.ts';
import {type Reader} from '../store/reader.ts';
import {deleteCheckRow} from './check-commands.ts';
import {equalLists, equalMaps} from './equal.ts';
import {missingNode, missingService} from './errors.ts';
import {linkInstance, unlinkInstance} from './gateway-links.ts';
import {bumpDeletedService, bumpNode, bumpTable} from './index-rules.ts';
import {forgetKindNames} from './kind-names.ts';
import {forgetUpstreams, noteUpstreams} from './mesh-topology.ts';
import {ConnectProxyConfig, noProxy} from './proxy-schema.ts';
import {type HealthCheck, type NodeService, ServiceConnect} from './schema.ts';
import {type Weights} from './service-parts.ts';
import {putInstance} from './put-instance.ts';
import {withVirtualAddress} from './virtual-addresses.ts';
import {folded, placeOf, type ServiceRow} from './tables.ts';

const noConnect: ServiceConnect = ServiceConnect.zero();
const noProxyJson = ConnectProxyConfig.toJson(noProxy);
const noConnectJson = ServiceConnect.toJson(noConnect);
const evenWeights: Weights = {Passing: 1, Warning: 1};

/** One instance, by its node's name and its id, whatever their capitals. */
export function serviceOf(reader: Reader, node: string, serviceId: string, peer = ''): NodeService | undefined {
  const place = placeOf(peer);
  return reader.get(place.Services, place.key(node, serviceId))?.Service;
}

/** Writes an instance, unless nothing of it would differ. */
export function ensureService(context: ApplyContext, node: string, given: NodeService): ConsulError | undefined {
  const {tx, index} = context;
  const badMeta = given.Meta === null ? undefined : metadataFault(given.Meta, true);
  if (badMeta !== undefined) return new ConsulError(`Invalid Service Meta for node ${node} and serviceID ${given.ID}: ${badMeta}`);
  const withAddress = withVirtualAddress(context, given);
  if (withAddress instanceof ConsulError) return withAddress;
  const place = placeOf(given.PeerName);
  if (!tx.has(place.Nodes, place.key(node))) return missingNode();
  const service = compact(withAddress);
  const known = serviceOf(tx, node, service.ID, place.peer);
  if (place.peer === '') noteUpstreams(tx, index, node, service, known);
  // Also for one that stays as it is: what its links say of it may have been made before it was there, or without its name.
  if (place.peer === '') linkInstance(context, service);
  if (known !== undefined && isSameService(known, service)) return undefined;
  putInstance(context, node, service);
  // Consul leaves the entry of a name that an instance gave up as it is; but answers that are kept of it are no longer true.
  if (known !== undefined && folded(known.Service) !== folded(service.Service)) tx.fireIndex(place.indexNames.service(known.Service));
  return undefined;
}

/** Writes only onto the instance that the caller last saw; index 0 means: there is none. */
export function ensureServiceCas(context: ApplyContext, node: string, service: NodeService): boolean | ConsulError {
  const known = serviceOf(context.tx, node, service.ID, service.PeerName);
  if (service.ModifyIndex !== (known?.ModifyIndex ?? 0)) return false;
  return ensureService(context, node, service) ?? true;
}

/**
 * Takes an instance out, with its checks. Nothing happens when there is none. Consul refuses to where a check has the
 * instance's id in other capitals.
 */
export function* deleteService(context: ApplyContext, node: string, serviceId: string, peer = ''): Sliced<ConsulError | undefined> {
  const place = placeOf(peer);
  const row = context.tx.get(place.Services, place.key(node, serviceId));
  if (row === undefined) return undefined;
  if (checksOf(context.tx, row).some(({ServiceID}) => ServiceID !== row.Service.ID)) return missingService();
  yield* deleteServiceRow(context, row, node);
  return undefined;
}

/** Removes an instance if it is still as it was written at `modifyIndex`. @returns whether it was, or why it cannot be */
export function* deleteServiceCas(context: ApplyContext, node: string, serviceId: string, modifyIndex: number, peer = ''): Sliced<boolean | ConsulError> {
  if (serviceOf(context.tx, node, serviceId, peer)?.ModifyIndex !== modifyIndex) return false;
  return (yield* deleteService(context, node, serviceId, peer)) ?? true;
}

/** Removes an instance with its checks and links, and with the last of its name the virtual address; their indexes move. */
export function* deleteServiceRow(context: ApplyContext, row: ServiceRow, named = row.Node): Sliced<void> {
  const {tx, index} = context;
  const {Node, Service} = row;
  const place = placeOf(Service.PeerName);
  for (const check of checksOf(tx, row)) yield* deleteCheckRow(context, check);
  tx.delete(place.Services, place.Services.keyOf(row));
  bumpTable(tx, index, place, 'checks');
  bumpTable(tx, index, place, 'services');
  bumpNode(tx, index, place, named);
  bumpDeletedService(tx, index, place, Service);
  if (place.peer === '') forgetKindNames(tx, index, Service);
  if (!hasInstances(tx, Service.Service, place.peer)) releaseVirtualIp(context, Service.Service, place.peer);
  if (place.peer !== '') return;
  forgetUpstreams(tx, index, Node, Service);
  unlinkInstance(context, Service);
}

function checksOf(reader: Reader, {Node, Service}: ServiceRow): readonly HealthCheck[] {
  const place = placeOf(Service.PeerName);
  return reader.byIndex(place.Checks, 'instance').prefix(place.prefix(Node, Service.ID)).toArray();
}

/** Whether any instance has the name, in whatever capitals. */
export function hasInstances(reader: Reader, service: string, peer = ''): boolean {
  const place = placeOf(peer);
  return reader.byIndex(place.Services, 'name').count(place.prefix(service)) > 0;
}

/** As it is kept. Most instances are no proxies: they share one empty proxy instead of having one each. */
function compact(service: NodeService): NodeService {
  const isPlain = service.Proxy !== noProxy && ConnectProxyConfig.toJson(service.Proxy) === noProxyJson;
  const isUnconnected = service.Connect !== noConnect && ServiceConnect.toJson(service.Connect) === noConnectJson;
  return {...service, Weights: weightsOf(service), ...(isPlain && {Proxy: noProxy}), ...(isUnconnected && {Connect: noConnect})};
}

/** Nothing said is even weights; so are the zeros that a transaction says nothing with. */
function weightsOf({Weights}: NodeService): Weights {
  return Weights === null || (Weights.Passing === 0 && Weights.Warning === 0) ? evenWeights : Weights;
}

/** A new SocketPath alone is no news, as in Consul. */
function isSameService(a: NodeService, b: NodeService): boolean {
  return (
    a.Kind === b.Kind &&
    a.ID === b.ID &&
    a.Service === b.Service &&
    a.Address === b.Address &&
    a.Port === b.Port &&
    a.EnableTagOverride === b.EnableTagOverride &&
    a.Weights?.Passing === b.Weights?.Passing &&
    a.Weights?.Warning === b.Weights?.Warning &&
    a.Locality?.Region === b.Locality?.Region &&
    a.Locality?.Zone === b.Locality?.Zone &&
    a.LocallyRegisteredAsSidecar === b.LocallyRegisteredAsSidecar &&
    equalLists(a.Tags, b.Tags) &&
    equalMaps(a.Meta, b.Meta) &&
    equalMaps(a.TaggedAddresses, b.TaggedAddresses, (x, y) => x.Address === y.Address && x.Port === y.Port) &&
    (a.Proxy === b.Proxy || ConnectProxyConfig.toJson(a.Proxy) === ConnectProxyConfig.toJson(b.Proxy)) &&
    (a.Connect === b.Connect || ServiceConnect.toJson(a.Connect) === ServiceConnect.toJson(b.Connect))
  );
}
