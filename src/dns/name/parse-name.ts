import {RecordType} from '../wire/constants.ts';
import {type DnsName, type NameLocality} from './dns-name.ts';

const keywords = new Set(['service', 'connect', 'virtual', 'ingress', 'node', 'query', 'addr']);

/**
 * Reads a lower-cased name, its zone already taken off (dns.md §3).
 * @param text labels joined by dots, no dot at the end
 * @returns null for a name of no known form: NXDOMAIN
 */
export function parseName(text: string, type: number): DnsName | null {
  const labels = text.split('.');
  for (let i = labels.length - 1; i >= 0; i--) {
    const label = labels[i] ?? '';
    if (keywords.has(label)) return i === 0 ? null : formOf(label, labels.slice(0, i), labels.slice(i + 1));
    if (type === RecordType.SRV && label.startsWith('_')) return formOf('service', labels.slice(0, i + 1), labels.slice(i + 1));
  }
  return null;
}

function formOf(keyword: string, parts: readonly string[], suffixes: readonly string[]): DnsName | null {
  const last = parts.at(-1) ?? '';
  if (keyword === 'addr') return parts.length === 1 ? addressName(last) : null;
  if (keyword === 'query') return queryName(parts, suffixes);
  const where = locality(suffixes);
  if (where === null) return null;
  switch (keyword) {
    case 'node':
      return {form: 'node', node: parts.join('.'), ...where};
    case 'virtual':
      return {form: 'virtual', service: last, peer: where.peer === '' ? where.datacenter : where.peer};
    case 'connect':
    case 'ingress':
      return {form: keyword, service: last, tag: '', ...where};
    default:
      return serviceName(parts, where);
  }
}

/** `_name._tag` (RFC 2782; `tcp` is no tag), or `tag.with.dots.name`. */
function serviceName(parts: readonly string[], where: NameLocality): DnsName {
  const [first = '', second = ''] = parts;
  if (parts.length === 2 && first.startsWith('_') && second.startsWith('_')) {
    const tag = second.slice(1);
    return {form: 'service', service: first.slice(1), tag: tag === 'tcp' ? '' : tag, ...where};
  }
  return {form: 'service', service: parts.at(-1) ?? '', tag: parts.slice(0, -1).join('.'), ...where};
}

function queryName(parts: readonly string[], suffixes: readonly string[]): DnsName | null {
  if (suffixes.length > 1) return null;
  const datacenter = suffixes[0] ?? '';
  const first = parts[0] ?? '';
  const rfc2782 = parts.length >= 2 && first.startsWith('_') && (parts.at(-1) ?? '').startsWith('_');
  const nameOrId = rfc2782 ? parts.slice(0, -1).join('.').slice(1) : parts.join('.');
  return {form: 'query', nameOrId, datacenter};
}

function addressName(hex: string): DnsName | null {
  const isHex = /^([0-9a-f]{2})+$/.test(hex);
  if (!isHex || (hex.length !== 8 && hex.length !== 32)) return null;
  return {form: 'addr', bytes: Buffer.from(hex, 'hex')};
}

function locality(suffixes: readonly string[]): NameLocality | null {
  const [value = '', kind] = suffixes;
  if (suffixes.length <= 1) return {datacenter: value, peer: ''};
  if (suffixes.length !== 2) return null;
  if (kind === 'dc') return {datacenter: value, peer: ''};
  return kind === 'peer' ? {datacenter: '', peer: value} : null;
}
