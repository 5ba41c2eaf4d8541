import {type DnsConfig} from '../dns-config.ts';
import {type DnsNode, type DnsServiceInstance} from '../lookups.ts';
import {RecordType} from '../wire/constants.ts';

/** Picks one of a node's or a service's addresses for a question type (dns.md §9). */
function choose(type: number, plain: string, tagged: (key: string) => string, translate: boolean): string {
  let v4 = tagged('lan_ipv4');
  let v6 = tagged('lan_ipv6');
  let fallback = plain;
  if (translate) {
    v4 = tagged('wan_ipv4') || v4;
    v6 = tagged('wan_ipv6') || v6;
    fallback = tagged('wan') || fallback;
  }
  if (type !== RecordType.A && v6 !== '') return v6;
  if (type !== RecordType.AAAA && v4 !== '') return v4;
  return fallback;
}

function isTranslated(datacenter: string, config: DnsConfig): boolean {
  return config.translateWanAddresses && datacenter !== config.datacenter;
}

/** The node's address for a question of `type`. */
export function nodeAddress(node: DnsNode, type: number, config: DnsConfig): string {
  return choose(type, node.address, (key) => node.taggedAddresses[key] ?? '', isTranslated(node.datacenter, config));
}

/** The instance's own address, '' when it has none and the node's is used. */
export function serviceAddress(instance: DnsServiceInstance, type: number, config: DnsConfig): string {
  return choose(type, instance.address, (key) => instance.taggedAddresses[key]?.address ?? '', isTranslated(instance.node.datacenter, config));
}

/** The port for SRV records: that of the WAN address where that is told. */
export function servicePort(instance: DnsServiceInstance, config: DnsConfig): number {
  const wanPort = instance.taggedAddresses['wan']?.port ?? 0;
  return isTranslated(instance.node.datacenter, config) && wanPort !== 0 ? wanPort : instance.port;
}
