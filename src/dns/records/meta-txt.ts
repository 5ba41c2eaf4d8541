import {type ResourceRecord} from '../wire/resource-record.ts';

/** A node's metadata as TXT, one record a pair: RFC 1464 `key=value`, or the value alone under `rfc1035-` (dns.md §7). */
export function metaTxtRecords(name: string, meta: Readonly<Record<string, string>>, ttlSeconds: number): ResourceRecord[] {
  return Object.entries(meta).map(([key, value]) => ({type: 'TXT', name, ttlSeconds, strings: [metaText(key, value)]}));
}

function metaText(key: string, value: string): string {
  if (key.toLowerCase().startsWith('rfc1035-')) return value;
  const spaces = (text: string): string => text.replaceAll(' ', '` ');
  const quoted = key.replaceAll('`', '``').replaceAll('=', '`=').replace(/^ +/, spaces).replace(/ +$/, spaces);
  return `${quoted}=${value.replaceAll('`', '``')}`;
}
