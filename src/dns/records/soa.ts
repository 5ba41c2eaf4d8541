import {type DnsConfig} from '../dns-config.ts';
import {type ResourceRecord} from '../wire/resource-record.ts';

/** The zone's SOA (dns.md §6); its serial is the time of sending. @param zone with a trailing dot */
export function soaRecord(zone: string, {soa}: DnsConfig): ResourceRecord {
  return {
    type: 'SOA', name: zone, ttlSeconds: soa.minTtlSeconds, primary: `ns.${zone}`, mailbox: `hostmaster.${zone}`, serial: null,
    refreshSeconds: soa.refreshSeconds, retrySeconds: soa.retrySeconds, expireSeconds: soa.expireSeconds, minimumSeconds: soa.minTtlSeconds,
  };
}
