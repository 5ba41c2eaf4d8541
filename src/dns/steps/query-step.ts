import {type FormStep} from '../step.ts';
import {serviceTtlSeconds, wholeSeconds} from '../records/ttl.ts';
import {ipText} from '../wire/ip-address.ts';
import {nxDomain, soaZone} from './negative.ts';
import {serviceReply} from './service-reply.ts';

/** `query` names: prepared queries, in the order that the query gives (dns.md §4.5). */
export const queryStep: FormStep<'query'> = async (name, context) => {
  const {config, lookups, query, client} = context;
  const subnet = query.edns?.clientSubnet ?? null;
  const datacenter = name.datacenter === '' ? config.datacenter : name.datacenter;
  const clientAddress = subnet === null || subnet.family === 0 ? client.address : ipText(padded(subnet.address, subnet.family));
  const found = await lookups.preparedQuery({nameOrId: name.nameOrId, datacenter, clientAddress});
  if (found.instances.length === 0) return nxDomain(soaZone(context), config);
  const ttlSeconds = found.ttlMs === null ? serviceTtlSeconds(found.service, config.serviceTtlMs) : wholeSeconds(found.ttlMs);
  const result = await serviceReply({instances: found.instances, ttlSeconds, shuffled: false, freshness: null}, context);
  return {...result, scopeIsSource: true};
};

function padded(prefix: Uint8Array, family: number): Uint8Array {
  const bytes = new Uint8Array(family === 1 ? 4 : 16);
  bytes.set(prefix);
  return bytes;
}
