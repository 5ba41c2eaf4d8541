import {type DnsServiceInstance} from '../lookups.ts';
import {kept, type FormStep} from '../step.ts';
import {serviceTtlSeconds} from '../records/ttl.ts';
import {serviceReply} from './service-reply.ts';
import {nxDomain, soaZone} from './negative.ts';

/** `service`, `connect` and `ingress` names (dns.md §4.2, §4.3). */
export const serviceStep: FormStep<'service' | 'connect' | 'ingress'> = async (name, context) => {
  const {config, lookups} = context;
  const datacenter = name.datacenter === '' ? config.datacenter : name.datacenter;
  const found = await lookups.services({service: name.service, tag: name.tag, kind: name.form, datacenter, peer: name.peer});
  const instances = found.value.filter((instance) => isHealthy(instance, config.onlyPassing));
  const freshness = kept(found.freshness);
  if (instances.length === 0) return nxDomain(soaZone(context), config, freshness);
  return serviceReply({instances, ttlSeconds: serviceTtlSeconds(name.service, config.serviceTtlMs), shuffled: true, freshness}, context);
};

function isHealthy({status}: DnsServiceInstance, onlyPassing: boolean): boolean {
  return status === 'passing' || (status === 'warning' && !onlyPassing);
}
