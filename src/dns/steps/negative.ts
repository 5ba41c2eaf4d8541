import {type DnsConfig} from '../dns-config.ts';
import {type Freshness} from '../lookups.ts';
import {type OwnContext} from '../step.ts';
import {reply, type Reply} from '../reply.ts';
import {soaRecord} from '../records/soa.ts';
import {Rcode} from '../wire/constants.ts';

/** Owner of negative answers' SOA: the zone of the question; at the apex of the alternative one, the primary (dns.md §6). */
export function soaZone({zone, config}: {zone: OwnContext['zone']; config: DnsConfig}): string {
  return zone.isAlt && zone.rest !== '' ? config.altDomain : config.domain;
}

/** The name does not exist. */
export function nxDomain(zone: string, config: DnsConfig, freshness: readonly Freshness[] | null = null): Reply {
  return reply({rcode: Rcode.nxDomain, authority: [soaRecord(zone, config)], freshness});
}

/** The name exists and has no such record; `reply({})` is the form without SOA. */
export function noData(zone: string, config: DnsConfig, freshness: readonly Freshness[] | null = null): Reply {
  return reply({authority: [soaRecord(zone, config)], freshness});
}
