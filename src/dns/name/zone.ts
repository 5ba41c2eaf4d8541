import {type DnsConfig} from '../dns-config.ts';

/** The part of the name space that a question falls in (dns.md §1). */
export type Zone =
  /** `domain` has the client's letter case; generated names end with it. `rest`: lower-cased labels before it, '' = the apex */
  | {readonly kind: 'own'; readonly domain: string; readonly rest: string; readonly isAlt: boolean}
  | {readonly kind: 'reverse'}
  | {readonly kind: 'foreign'};

/** Finds the zone of a name: the longest of our domains that it ends with, `arpa.`, or none. */
export function zoneOf(name: string, config: DnsConfig): Zone {
  const lower = name.toLowerCase();
  const domains = [config.domain, config.altDomain].filter((domain) => domain !== '').sort((a, b) => b.length - a.length);
  for (const domain of domains) {
    if (lower !== domain && !lower.endsWith('.' + domain)) continue;
    const rest = lower.slice(0, Math.max(0, lower.length - domain.length - 1));
    return {kind: 'own', domain: name.slice(-domain.length), rest, isAlt: domain === config.altDomain};
  }
  return lower === 'arpa.' || lower.endsWith('.arpa.') ? {kind: 'reverse'} : {kind: 'foreign'};
}
