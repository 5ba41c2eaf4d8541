import {isIPv6} from 'node:net';
import {derBits, derContext, derOctets, derOid, derSequence, derTrue} from './der-writer.ts';

/** An extension of a certificate in DER. */
export type Extension = Buffer;

/** Bits of RFC 5280 §4.2.1.3, the first the highest. */
const keyUsages = {digitalSignature: 0x80, keyEncipherment: 0x20, certificateSign: 0x04, crlSign: 0x02} as const;

/** What the key may be used for; critical (RFC 5280 §4.2.1.3). */
export function keyUsage(...usages: readonly (keyof typeof keyUsages)[]): Extension {
  const bits = usages.reduce((sum, usage) => sum | keyUsages[usage], 0);
  const unused = 31 - Math.clz32(bits & -bits);
  return extension('2.5.29.15', true, derBits(Buffer.of(bits), unused));
}

const extendedUsages = {serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2'} as const;

/** Which ends of TLS the certificate may stand for (§4.2.1.12). */
export function extendedKeyUsage(...usages: readonly (keyof typeof extendedUsages)[]): Extension {
  return extension('2.5.29.37', false, derSequence(...usages.map((usage) => derOid(extendedUsages[usage]))));
}

/** Whether the certificate may sign others; critical (§4.2.1.9). */
export function basicConstraints(isAuthority: boolean): Extension {
  return extension('2.5.29.19', true, isAuthority ? derSequence(derTrue()) : derSequence());
}

/** The id of the certificate's own key (§4.2.1.2). */
export function subjectKeyId(id: Uint8Array): Extension {
  return extension('2.5.29.14', false, derOctets(id));
}

/** The id of the key that signed it (§4.2.1.1). */
export function authorityKeyId(id: Uint8Array): Extension {
  return extension('2.5.29.35', false, derSequence(derContext(0, id, false)));
}

/** For whom a certificate is. */
export interface AlternativeNames {
  readonly dnsNames?: readonly string[];
  /** IPv4 or IPv6 in any of its writings. */
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
}

/** Names and addresses the certificate is for (§4.2.1.6). */
export function subjectAlternativeNames({dnsNames = [], ipAddresses = [], uris = []}: AlternativeNames): Extension {
  const names = [
    ...dnsNames.map((name) => derContext(2, Buffer.from(name, 'latin1'), false)),
    ...ipAddresses.map((address) => derContext(7, ipBytes(address), false)),
    ...uris.map((uri) => derContext(6, Buffer.from(uri, 'latin1'), false)),
  ];
  return extension('2.5.29.17', false, derSequence(...names));
}

/** An authority with these signs for the names and what is below them only. */
export function nameConstraints(permittedDnsNames: readonly string[]): Extension {
  const subtrees = permittedDnsNames.map((name) => derSequence(derContext(2, Buffer.from(name, 'latin1'), false)));
  return extension('2.5.29.30', true, derSequence(derContext(0, Buffer.concat(subtrees), true)));
}

function extension(oid: string, critical: boolean, value: Buffer): Extension {
  return derSequence(derOid(oid), ...(critical ? [derTrue()] : []), derOctets(value));
}

function ipBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes an address in its canonical form: lower-case groups, at most one "::".
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array.from({length: 8 - before.length - after.length}, () => '0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before, ...middle, ...after].entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  return bytes;
}
