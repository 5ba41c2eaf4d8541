import ipaddr from 'ipaddr.js';

/** The bytes of an IP address: 4, or 16; null when the text is no address. A zone (`%eth0`) is no part of a record. */
export function ipBytes(text: string): Uint8Array | null {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

function ipv4Bytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(4);
  let part = 0;
  let value = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x2e;
    if (code === 0x2e) {
      if (value < 0 || value > 255 || part > 3) return null;
      bytes[part++] = value;
      value = -1;
    } else if (code >= 0x30 && code <= 0x39) {
      if (value === 0) return null;
      value = (value < 0 ? 0 : value * 10) + code - 0x30;
      if (value > 255) return null;
    } else return null;
  }
  return part === 4 ? bytes : null;
}

function ipv6Bytes(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return null;
  const all = [...head, ...new Array<number>(8 - given).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const values: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const v4 = ipv4Bytes(part);
      if (v4 === null) return null;
      values.push(((v4[0] ?? 0) << 8) | (v4[1] ?? 0), ((v4[2] ?? 0) << 8) | (v4[3] ?? 0));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) values.push(Number.parseInt(part, 16));
    else return null;
  }
  return values;
}

/** An address as DNS answers it: an IPv4 address written as IPv6 (`::ffff:10.1.1.1`) counts as IPv4 (dns.md §4.1). */
export interface RecordAddress {
  readonly type: 'A' | 'AAAA';
  readonly address: string;
  readonly bytes: Uint8Array;
}

/** The record type and the bytes of an address; null when it is a name. */
export function recordAddress(text: string): RecordAddress | null {
  const bytes = ipBytes(text);
  if (bytes === null) return null;
  if (bytes.length === 4) return {type: 'A', address: text, bytes};
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (mapped) return {type: 'A', address: bytes.subarray(12).join('.'), bytes: bytes.subarray(12)};
  return {type: 'AAAA', address: text, bytes};
}

/** Text of address bytes: dotted, or eight groups without shortening. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const parts: string[] = [];
  for (let i = 0; i < 16; i += 2) parts.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return parts.join(':');
}

/** The one spelling in which Go writes an address (RFC 5952; an IPv4 address written as IPv6 as IPv4); other texts as they are. */
export function canonicalAddress(text: string): string {
  const record = recordAddress(text);
  return record === null ? text : ipaddr.fromByteArray([...record.bytes]).toString();
}

/** Whether two texts are the same IP address, in whatever spelling. Texts that are none are the same as nothing. */
export function sameAddress(a: string, b: string): boolean {
  const left = recordAddress(a);
  const right = recordAddress(b);
  return left !== null && right !== null && Buffer.compare(left.bytes, right.bytes) === 0;
}
