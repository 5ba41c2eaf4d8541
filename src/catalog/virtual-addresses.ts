import {type TerminatingGatewayConfigEntry} from '../config-entry/entries/gateways.ts';
import {configEntry} from '../config-entry/state.ts';
import {systemMetadata} from '../config-entry/system-metadata.ts';
import {assignVirtualIp, releaseUnlinkedVirtualIp, virtualIpOf} from '../config-entry/virtual-ips.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {equalMaps} from './equal.ts';
import {type NodeService} from './schema.ts';
import {type ServiceAddress} from './service-parts.ts';
import {putInstance} from './put-instance.ts';
import {connectNameOf, foldedPrefix, Services} from './tables.ts';

const virtualAddress = 'consul-virtual';
/** Before the name of a service that a terminating gateway leads to. */
const gatewayPrefix = `${virtualAddress}:`;

/** A way into the mesh carries the virtual address of the service it leads to, a terminating gateway of all that it does. */
export function withVirtualAddress(context: ApplyContext, service: NodeService): NodeService | ConsulError {
  if (service.Kind === 'terminating-gateway' && service.PeerName === '') {
    // The entry may be older than the agreement on addresses.
    const refused = addressServicesOf(context, configEntry(context.tx, 'terminating-gateway', service.Service)?.body);
    return refused ?? withGatewayAddresses(context.tx, service);
  }
  const name = connectNameOf(service);
  if (name === undefined) return service;
  const Address = assignVirtualIp(context, name, service.PeerName);
  if (Address === undefined) return service;
  if (Address instanceof ConsulError) return Address;
  const TaggedAddresses = new Map<string, ServiceAddress>(service.TaggedAddresses ?? []).set(virtualAddress, {Address, Port: service.Port});
  return {...service, TaggedAddresses};
}

/**
 * Gives the services of a terminating gateway's entry their virtual addresses, and the gateway's instances news of them;
 * whatever goes by the gateway's name is held for an instance of it, of any kind. As in Consul, a gateway with instances
 * takes no address back.
 */
export function addressLinkedServices(context: ApplyContext, entry: TerminatingGatewayConfigEntry, before: TerminatingGatewayConfigEntry | undefined): ConsulError | undefined {
  const {tx} = context;
  if (systemMetadata(tx, 'virtual-ips-term-gateway') === undefined) return undefined;
  const refused = addressServicesOf(context, entry);
  if (refused !== undefined) return refused;
  const instances = tx.byIndex(Services, 'name').prefix(foldedPrefix(entry.Name)).toArray();
  if (instances.length === 0) releaseUnlinked(context, entry, before);
  for (const {Node, Service} of instances) {
    const {TaggedAddresses} = withGatewayAddresses(tx, Service);
    // Consul writes lists and maps that were not there as empty ones here.
    if (!isSameAddresses(Service.TaggedAddresses, TaggedAddresses)) putInstance(context, Node, {...Service, TaggedAddresses, Meta: Service.Meta ?? new Map(), Tags: Service.Tags ?? []});
  }
  return undefined;
}

function addressServicesOf(context: ApplyContext, entry: TerminatingGatewayConfigEntry | undefined): ConsulError | undefined {
  if (systemMetadata(context.tx, 'virtual-ips-term-gateway') === undefined) return undefined;
  for (const {Name} of entry?.Services ?? []) {
    const address = assignVirtualIp(context, Name);
    if (address instanceof ConsulError) return address;
  }
  return undefined;
}

/** Takes the addresses of services back that the entry no longer names in these letters, in the order it named them. */
function releaseUnlinked(context: ApplyContext, entry: TerminatingGatewayConfigEntry, before: TerminatingGatewayConfigEntry | undefined): void {
  const named = new Set(entry.Services?.map(({Name}) => Name));
  for (const {Name} of before?.Services ?? []) {
    if (!named.has(Name) && !hasInstances(context.tx, Name)) releaseUnlinkedVirtualIp(context, Name, entry.Name);
  }
}

/** Of the service itself or before it, as a way into the mesh. */
function hasInstances(reader: Reader, service: string): boolean {
  return (['name', 'connect'] as const).some((by) => reader.byIndex(Services, by).count(foldedPrefix(service)) > 0);
}

function withGatewayAddresses(reader: Reader, service: NodeService): NodeService {
  const addresses = new Map([...(service.TaggedAddresses ?? [])].filter(([tag]) => !tag.startsWith(gatewayPrefix)));
  for (const {Name} of configEntry(reader, 'terminating-gateway', service.Service)?.body.Services ?? []) {
    const Address = virtualIpOf(reader, Name);
    if (Address !== undefined) addresses.set(`${gatewayPrefix}${Name}`, {Address, Port: 0});
  }
  return {...service, TaggedAddresses: addresses.size === 0 ? service.TaggedAddresses : addresses};
}

type Addresses = NodeService['TaggedAddresses'];

function isSameAddresses(a: Addresses, b: Addresses): boolean {
  return equalMaps(a, b, (x, y) => x.Address === y.Address && x.Port === y.Port);
}
