import {readFileSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import ipaddr from 'ipaddr.js';
import {errorCode} from '../../runtime/system-error.ts';

/** One address of one interface of this host. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
  /** prefix length */
  readonly size: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly loopback: boolean;
  /** The interface carries the default route. */
  readonly isDefault: boolean;
}

/** What the templates know of the host; a test gives its own. */
export interface HostNetwork {
  addresses(): readonly InterfaceAddress[];
}

export const systemNetwork: HostNetwork = {
  addresses() {
    const defaults = defaultRouteInterfaces();
    return Object.entries(networkInterfaces()).flatMap(([interfaceName, infos]) =>
      (infos ?? []).map((info) => ({
        interfaceName,
        address: info.address.replace(/%.*$/, ''),
        size: Number(info.cidr?.split('/')[1] ?? (info.family === 'IPv6' ? 128 : 32)),
        family: info.family === 'IPv6' ? 'ipv6' as const : 'ipv4' as const,
        loopback: info.internal,
        isDefault: defaults.has(interfaceName),
      })));
  },
};

/** Names of the interfaces with a default route, from Linux's tables; empty where there are none. */
function defaultRouteInterfaces(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of readTable('/proc/net/route').slice(1)) {
    const [name, destination, , , , , , mask] = line.split(/\s+/);
    if (name !== undefined && destination === '00000000' && mask === '00000000') names.add(name);
  }
  for (const line of readTable('/proc/net/ipv6_route')) {
    const fields = line.trim().split(/\s+/);
    const name = fields[9];
    if (name !== undefined && name !== 'lo' && /^0+$/.test(fields[0] ?? '') && fields[1] === '00') names.add(name);
  }
  return names;
}

function readTable(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');
  } catch (error) {
    // Other systems than Linux have no such table: then no interface is the default one.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

const FORWARDABLE_EXCEPTIONS = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4', '255.255.255.255/32', '::1/128', '::/128', '::ffff:0:0/96', '2001:db8::/32', '2001:10::/28', 'fe80::/10'];
const RFC6890 = [...FORWARDABLE_EXCEPTIONS, '10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '64:ff9b::/96', '100::/64', '2001::/23', '2001:2::/48', '2001::/32', '2002::/16', 'fc00::/7'];

/** True when the address lies in the network, written as CIDR. Different families never match. */
export function inNetwork(address: string, cidr: string): boolean {
  const parsed = ipaddr.parse(address);
  const [network, size] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, size);
}

/** RFC 6890: special-purpose, among them the private networks. */
export function isRfc6890(address: string): boolean {
  return RFC6890.some((cidr) => inNetwork(address, cidr));
}

/** RFC 6890's "forwardable": a router may pass it on. */
export function isForwardable(address: string): boolean {
  return !FORWARDABLE_EXCEPTIONS.some((cidr) => inNetwork(address, cidr));
}

/** The bytes of an address as one number. */
export function addressNumber(address: string): bigint {
  return ipaddr.parse(address).toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The address that a number stands for. */
export function addressFromNumber(number: bigint, family: 'ipv4' | 'ipv6'): string {
  const length = family === 'ipv4' ? 4 : 16;
  const bytes = Array.from({length}, (_, i) => Number((number >> BigInt(8 * (length - 1 - i))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}

/** For sorting: IPv4 before IPv6, then by value. */
export function compareByAddress(a: InterfaceAddress, b: InterfaceAddress): number {
  if (a.family !== b.family) return a.family === 'ipv4' ? -1 : 1;
  const [left, right] = [addressNumber(a.address), addressNumber(b.address)];
  return left < right ? -1 : left > right ? 1 : 0;
}
