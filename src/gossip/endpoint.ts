import {isIPv4, isIPv6} from 'node:net';
import {joinHostPort} from '../runtime/host-port.ts';
import {type ByteString} from '../wire/byte-string.ts';

/** Where a gossip member listens: its address as 4 or 16 raw bytes, as on the wire, and its port. */
export interface Endpoint {
  readonly addr: ByteString;
  readonly port: number;
}

const v4MappedPrefix = '\0\0\0\0\0\0\0\0\0\0\xff\xff';

/** An address in its shortest raw form: an IPv4-mapped one becomes 4 bytes [gossip.md §5]. */
export function shortestAddress(addr: ByteString): ByteString {
  return addr.length === 16 && addr.startsWith(v4MappedPrefix) ? addr.slice(12) : addr;
}

/** Raw bytes (4 or 16) as an address's text, IPv6 in the form of RFC 5952. Throws on any other length. */
export function addressText(addr: ByteString): string {
  const short = shortestAddress(addr);
  if (short.length === 4) {
    return `${short.charCodeAt(0)}.${short.charCodeAt(1)}.${short.charCodeAt(2)}.${short.charCodeAt(3)}`;
  }
  if (short.length !== 16) throw new RangeError(`IP byte length is invalid: ${addr.length} bytes is not either 4 or 16`);
  const groups = Array.from({length: 8}, (_, i) => (short.charCodeAt(2 * i) << 8) | short.charCodeAt(2 * i + 1));
  return compressGroups(groups);
}

/** An address's text as raw bytes; undefined when it is neither IPv4 nor IPv6. A zone (`%eth0`) is dropped. */
export function addressBytes(text: string): ByteString | undefined {
  if (isIPv4(text)) return String.fromCharCode(...text.split('.').map(Number));
  const bare = text.split('%')[0] ?? '';
  if (!isIPv6(bare)) return undefined;
  return shortestAddress(v6Bytes(bare));
}

/** `ip:port`, with IPv6 in brackets. */
export function endpointText(endpoint: Endpoint): string {
  return joinHostPort(addressText(endpoint.addr), endpoint.port);
}

function v6Bytes(text: string): ByteString {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = (dotted[2] ?? '').split('.').map(Number);
    plain = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right]
    .map((group) => parseInt(group, 16))
    .map((value) => String.fromCharCode(value >> 8, value & 0xff))
    .join('');
}

function compressGroups(groups: readonly number[]): string {
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) [bestStart, bestLength] = [start, length];
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}
