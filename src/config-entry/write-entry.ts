import {type GatewayEntry, linkDestination, linkGateway, unlinkDestination, unlinkGateway} from '../catalog/gateway-links.ts';
import {forgetDestination, noteDestination} from '../catalog/kind-names.ts';
import {addressLinkedServices} from '../catalog/virtual-addresses.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {checkGraph} from './graph-check.ts';
import {type ConfigEntry, configEntryOf} from './schema.ts';
import {ConfigEntries, configEntry} from './state.ts';
import {assignVirtualIp, givesVirtualIp, releaseVirtualIp} from './virtual-ips.ts';

/** Puts an entry in the place of the one of its name, unless the others would contradict it. */
export function writeEntry(context: ApplyContext, entry: ConfigEntry, datacenter: string): true | ConsulError {
  const {tx, index} = context;
  const {Kind, Name, body} = entry;
  const refused = checkGraph(tx, entry, datacenter);
  if (refused !== undefined) return refused;
  const assigned = givesVirtualIp(Kind, Name) ? assignVirtualIp(context, Name) : undefined;
  if (assigned instanceof ConsulError) return assigned;
  const before = configEntry(tx, Kind, Name);
  const written = configEntryOf(Kind, {...body, CreateIndex: before?.body.CreateIndex ?? index, ModifyIndex: index});
  tx.put(ConfigEntries, written);
  tx.setIndex('config-entries', index);
  return noteInCatalog(context, written, before) ?? true;
}

/** What of an entry the catalog is to know: gateways to services, and services outside of the mesh. */
function noteInCatalog(context: ApplyContext, entry: ConfigEntry, before: ConfigEntry | undefined): ConsulError | undefined {
  const {tx, index} = context;
  if (entry.Kind === 'service-defaults' && entry.body.Destination !== null) {
    noteDestination(tx, index, entry.Name);
    linkDestination(context, entry.Name);
  }
  if (entry.Kind !== 'ingress-gateway' && entry.Kind !== 'terminating-gateway') return undefined;
  linkGateway(context, entry, before as GatewayEntry | undefined);
  return entry.Kind === 'terminating-gateway' ? addressLinkedServices(context, entry.body, before?.Kind === entry.Kind ? before.body : undefined) : undefined;
}

/** Takes an entry out, unless another needs it. */
export function removeEntry(context: ApplyContext, existing: ConfigEntry, datacenter: string): true | ConsulError {
  const {tx, index, neighbours} = context;
  const {Kind, Name} = existing;
  const refused = checkGraph(tx, {Kind, Name, body: undefined}, datacenter);
  if (refused !== undefined) return refused;
  tx.delete(ConfigEntries, ConfigEntries.keyOf(existing));
  tx.setIndex('config-entries', index);
  if (existing.Kind === 'ingress-gateway' || existing.Kind === 'terminating-gateway') unlinkGateway(context, existing);
  if (existing.Kind === 'service-defaults' && existing.body.Destination !== null) {
    forgetDestination(tx, index, Name);
    unlinkDestination(context, Name);
  }
  if (givesVirtualIp(Kind, Name) && !neighbours.hasInstances(tx, Name)) releaseVirtualIp(context, Name);
  return true;
}
