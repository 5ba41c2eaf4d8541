import {errorText} from '../../runtime/thrown.ts';
import {addressFromNumber, addressNumber, compareByAddress, inNetwork, isForwardable, isRfc6890, type InterfaceAddress} from './interface-address.ts';
import {TemplateError} from './template-error.ts';

function bitsOf(item: InterfaceAddress): number {
  return item.family === 'ipv4' ? 32 : 128;
}

function maskOf(item: InterfaceAddress): bigint {
  const bits = BigInt(bitsOf(item));
  return ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(item.size))) - 1n);
}

function flagsOf(item: InterfaceAddress): ReadonlySet<string> {
  const flags = new Set(['up']);
  if (item.loopback) flags.add('loopback');
  else flags.add('broadcast').add('multicast');
  if (isForwardable(item.address)) flags.add('forwardable');
  if (inNetwork(item.address, item.family === 'ipv4' ? '169.254.0.0/16' : 'fe80::/10')) flags.add('link-local unicast');
  else if (!item.loopback) flags.add('global unicast');
  return flags;
}

/** `include`: what matches the selector (config.md §5.2). */
export function filterAddresses(selector: string, wanted: string, items: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  const choices = wanted.toLowerCase().split('|');
  switch (selector.toLowerCase()) {
    case 'address':
      return items.filter((item) => pattern(wanted).test(item.address));
    case 'name':
      return items.filter((item) => pattern(wanted).test(item.interfaceName));
    case 'flag':
    case 'flags':
      return items.filter((item) => choices.every((flag) => flagsOf(item).has(flag)));
    case 'network':
      return items.filter((item) => inNetwork(item.address, wanted));
    case 'size':
      return items.filter((item) => item.size === Number(wanted.replace(/^\//, '')));
    case 'type':
      return items.filter((item) => choices.some((type) => type === 'ip' || type === item.family));
    case 'rfc':
    case 'rfcs':
      return items.filter((item) => choices.some((rfc) => inRfc(item.address, rfc)));
    case 'port':
      return [];
    default:
      throw new TemplateError(`invalid selector: ${selector}`);
  }
}

const RFC_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  '919': ['255.255.255.255/32'],
  '1122': ['0.0.0.0/8', '127.0.0.0/8'],
  '1112': ['224.0.0.0/4'],
  '1918': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  '2544': ['198.18.0.0/15'],
  '3927': ['169.254.0.0/16'],
  '4193': ['fc00::/7'],
  '4291': ['::/128', '::1/128', 'fe80::/10'],
  '5737': ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  '6598': ['100.64.0.0/10'],
};

function inRfc(address: string, rfc: string): boolean {
  if (rfc === '6890') return isRfc6890(address);
  const networks = RFC_NETWORKS[rfc];
  if (networks === undefined) throw new TemplateError(`unknown RFC: ${rfc}`);
  return networks.some((cidr) => inNetwork(address, cidr));
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new TemplateError(`invalid pattern ${JSON.stringify(source)}: ${errorText(error)}`);
  }
}

const ORDERS: Readonly<Record<string, (a: InterfaceAddress, b: InterfaceAddress) => number>> = {
  address: compareByAddress,
  default: (a, b) => Number(b.isDefault) - Number(a.isDefault),
  name: (a, b) => (a.interfaceName < b.interfaceName ? -1 : a.interfaceName > b.interfaceName ? 1 : 0),
  port: () => 0,
  private: (a, b) => Number(isRfc6890(b.address)) - Number(isRfc6890(a.address)),
  size: (a, b) => b.size - a.size,
  type: (a, b) => (a.family === b.family ? 0 : a.family === 'ipv4' ? -1 : 1),
};

/** `sort`: stable, by several keys, each with an optional sign. */
export function sortAddresses(items: readonly InterfaceAddress[], keys: string): readonly InterfaceAddress[] {
  const orders = keys.split(',').map((key) => {
    const name = key.trim().replace(/^[+-]/, '');
    const order = ORDERS[name];
    if (order === undefined) throw new TemplateError(`unknown sort clause: ${JSON.stringify(key)}`);
    return key.trim().startsWith('-') ? (a: InterfaceAddress, b: InterfaceAddress): number => order(b, a) : order;
  });
  return [...items].sort((a, b) => {
    for (const order of orders) {
      const way = order(a, b);
      if (way !== 0) return way;
    }
    return 0;
  });
}

/** One attribute of an address, as text. */
export function attribute(name: string, item: InterfaceAddress): string {
  const number = addressNumber(item.address);
  const mask = maskOf(item);
  const hosts = (1n << BigInt(bitsOf(item))) - 1n - mask;
  const network = number & mask;
  const show = (value: bigint): string => addressFromNumber(value, item.family);
  switch (name) {
    case 'address':
    case 'host':
      return item.address;
    case 'name':
      return item.interfaceName;
    case 'flags':
      return [...flagsOf(item)].join('|');
    case 'string':
      return item.size === bitsOf(item) ? item.address : `${item.address}/${item.size}`;
    case 'type':
      return item.family === 'ipv4' ? 'IPv4' : 'IPv6';
    case 'size':
      return String(hosts + 1n);
    case 'mask_bits':
      return String(item.size);
    case 'network':
      return `${show(network)}/${item.size}`;
    case 'netmask':
      return show(mask);
    case 'broadcast':
      return show(network | hosts);
    case 'first_usable':
      return show(hosts > 1n && item.family === 'ipv4' ? network + 1n : network);
    case 'last_usable':
      return show(hosts > 1n && item.family === 'ipv4' ? (network | hosts) - 1n : network | hosts);
    case 'uint32':
    case 'uint128':
      return String(number);
    case 'hex':
      return number.toString(16).padStart(bitsOf(item) / 4, '0');
    case 'binary':
      return number.toString(2).padStart(bitsOf(item), '0');
    case 'octets':
      return Array.from({length: bitsOf(item) / 8}, (_, i) => (number >> BigInt(bitsOf(item) - 8 * (i + 1))) & 0xffn).join(' ');
    case 'port':
      return '0';
    default:
      throw new TemplateError(`unsupported attribute: ${name}`);
  }
}

/** `math`: moves the address, counts in its network, or changes its mask. */
export function moveAddress(operation: string, amount: string, item: InterfaceAddress): InterfaceAddress {
  if (!/^[+-]?\d+$/.test(amount)) throw new TemplateError(`unable to convert ${JSON.stringify(amount)} to a number`);
  const number = addressNumber(item.address);
  const mask = maskOf(item);
  const hosts = (1n << BigInt(bitsOf(item))) - 1n - mask;
  const move = BigInt(amount.replace(/^\+/, ''));
  switch (operation) {
    case 'address':
      return {...item, address: addressFromNumber((number + move) & (mask | hosts), item.family)};
    case 'network': {
      const start = number & mask;
      const target = amount.startsWith('-') ? (start | hosts) + move + 1n : start + move;
      return {...item, address: addressFromNumber(target & (mask | hosts), item.family)};
    }
    case 'mask': {
      const size = Number(move);
      if (size < 0 || size > bitsOf(item)) throw new TemplateError(`mask of ${size} bits does not fit`);
      const masked = {...item, size};
      return {...masked, address: addressFromNumber(number & maskOf(masked), item.family)};
    }
    default:
      throw new TemplateError(`unsupported math operation: ${operation}`);
  }
}
