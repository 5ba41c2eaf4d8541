import {isIP, isIPv4, isIPv6} from 'node:net';
import ipaddr from 'ipaddr.js';
import {joinHostPort, portMax} from '../../runtime/host-port.ts';
import {ConfigError} from '../config-error.ts';
import {type ListenAddress, type NetworkConfig} from '../runtime-config.ts';
import {type HostNetwork} from '../sockaddr/interface-address.ts';
import {expandTemplate, hasTemplate} from '../sockaddr/template.ts';
import {TemplateError} from '../sockaddr/template-error.ts';
import {type MergedValues} from './merged-values.ts';

const ANY = new Set(['0.0.0.0', '::', '[::]']);
const PRIVATE_IPV4 = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16'];
const PRIVATE_IPV6 = ['::1/128', 'fe80::/10', 'fc00::/7', 'fec0::/10', '2001:db8::/32'];

type Ports = NetworkConfig['ports'];

/** Turns the address and port keys into addresses to bind and to tell (config.md §5.1). */
export class AddressBuilder {
  readonly #values: MergedValues;
  readonly #host: HostNetwork;

  constructor(values: MergedValues, host: HostNetwork) {
    this.#values = values;
    this.#host = host;
  }

  /** @throws ConfigError where nothing sensible can be built; lesser faults go to the values' errors */
  build(server: boolean, devMode: boolean): NetworkConfig {
    const ports = this.#ports(server);
    const bind = this.#bindAddress();
    const clientAddresses = this.#list('client_addr', this.#values.text('client_addr'), false);
    const advertiseLan = this.#advertise('advertise_addr', bind);
    const advertiseWan = this.#values.text('advertise_addr_wan') === '' ? advertiseLan : this.#advertise('advertise_addr_wan', bind);
    const serfLan = this.#single('serf_lan') ?? bind;
    const serfWan = this.#single('serf_wan') ?? bind;
    const wan = ports.serfWan > 0;
    const dns = this.#listeners('addresses.dns', clientAddresses, ports.dns);
    if (dns.some((address) => address.network === 'unix')) throw new ConfigError('DNS address cannot be a unix socket');
    if (ANY.has(advertiseLan)) throw new ConfigError('Advertise address cannot be 0.0.0.0, :: or [::]');
    if (ANY.has(advertiseWan)) throw new ConfigError('Advertise WAN address cannot be 0.0.0.0, :: or [::]');
    if (bind === '' && !devMode) throw new ConfigError('bind_addr cannot be empty');
    return {
      bindAddress: bind,
      clientAddresses,
      advertiseLan,
      advertiseWan,
      ports,
      dns: dns.flatMap((address) => (address.network === 'tcp' ? [{host: address.host, port: address.port}] : [])),
      http: this.#listeners('addresses.http', clientAddresses, ports.http),
      https: this.#listeners('addresses.https', clientAddresses, ports.https),
      grpc: this.#listeners('addresses.grpc', clientAddresses, ports.grpc),
      grpcTls: this.#listeners('addresses.grpc_tls', clientAddresses, ports.grpcTls),
      rpcBind: {host: bind, port: ports.server},
      rpcAdvertise: {host: advertiseLan, port: ports.server},
      serfLanBind: {host: serfLan, port: ports.serfLan},
      serfLanAdvertise: {host: advertiseLan, port: ports.serfLan},
      serfWanBind: wan ? {host: serfWan, port: ports.serfWan} : null,
      serfWanAdvertise: wan ? {host: advertiseWan, port: ports.serfWan} : null,
      serfLanAllowedCidrs: this.cidrs('serf_lan_allowed_cidrs'),
      serfWanAllowedCidrs: this.cidrs('serf_wan_allowed_cidrs'),
      translateWanAddresses: this.#values.bool('translate_wan_addrs'),
      unixSockets: {
        user: this.#values.text('unix_sockets.user'),
        group: this.#values.text('unix_sockets.group'),
        mode: this.#values.text('unix_sockets.mode'),
      },
    };
  }

  /** Tagged addresses: the operator's, and those that the agent adds. */
  tagged(network: NetworkConfig): Record<string, string> {
    const tagged: Record<string, string> = {...this.#values.textMap('tagged_addresses')};
    for (const [name, address, keys] of [
      ['lan', network.advertiseLan, ['advertise_addr_ipv4', 'advertise_addr_ipv6']],
      ['wan', network.advertiseWan, ['advertise_addr_wan_ipv4', 'advertise_addr_wan_ipv6']],
    ] as const) {
      tagged[name] = address;
      const ipv4 = this.#single(keys[0]);
      const ipv6 = this.#single(keys[1]);
      if (ipv4 !== undefined && !isIPv4(ipv4)) this.#values.errors.push(`${keys[0]} must be an ipv4 address`);
      if (ipv6 !== undefined && !isIPv6(ipv6)) this.#values.errors.push(`${keys[1]} must be an ipv6 address`);
      if (isIPv4(address)) tagged[`${name}_ipv4`] = address;
      if (isIPv6(address)) tagged[`${name}_ipv6`] = address;
      if (ipv4 !== undefined) tagged[`${name}_ipv4`] = ipv4;
      if (ipv6 !== undefined) tagged[`${name}_ipv6`] = ipv6;
    }
    return tagged;
  }

  /** Entries of a list key, templates expanded; a template may give several. */
  expandedList(path: 'recursors' | 'retry_join' | 'retry_join_wan' | 'primary_gateways'): readonly string[] {
    return this.#values.texts(path).flatMap((entry) => {
      if (!hasTemplate(entry)) return [entry.trim()];
      const expanded = this.#expand(path, entry);
      return expanded === undefined ? [] : expanded.split(/\s+/).filter((part) => part !== '');
    });
  }

  cidrs(path: 'serf_lan_allowed_cidrs' | 'serf_wan_allowed_cidrs' | 'http_config.allow_write_http_from'): readonly string[] {
    const bad = this.#values.texts(path).filter((cidr) => !isCidr(cidr));
    for (const cidr of bad) {
      const fault = `invalid cidr: ${cidr}`;
      this.#values.errors.push(path.startsWith('serf_') ? `${path}: 1 error occurred:\n\t* ${fault}\n\n` : `allow_write_http_from: ${fault}`);
    }
    return this.#values.texts(path);
  }

  #ports(server: boolean): Ports {
    const optional = (path: Parameters<MergedValues['number']>[0], otherwise = 0): number => {
      const port = this.#values.number(path, otherwise);
      if (port > portMax) this.#values.errors.push(`${path}: invalid port: ${port}`);
      return port <= 0 ? -1 : port;
    };
    return {
      dns: optional('ports.dns'),
      http: optional('ports.http'),
      https: optional('ports.https'),
      grpc: optional('ports.grpc'),
      grpcTls: optional('ports.grpc_tls', server ? 8503 : -1),
      serfLan: optional('ports.serf_lan'),
      serfWan: optional('ports.serf_wan'),
      server: optional('ports.server'),
      proxyMin: optional('ports.proxy_min_port'),
      proxyMax: optional('ports.proxy_max_port'),
      sidecarMin: optional('ports.sidecar_min_port'),
      sidecarMax: optional('ports.sidecar_max_port'),
      exposeMin: optional('ports.expose_min_port'),
      exposeMax: optional('ports.expose_max_port'),
    };
  }

  #bindAddress(): string {
    const written = this.#values.text('bind_addr').trim();
    if (written.startsWith('unix:')) throw new ConfigError('bind_addr cannot be a unix socket');
    const expanded = this.#expandQuietly(written);
    if (expanded.split(/\s+/).length > 1) throw new ConfigError("bind_addr cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead.");
    const address = bare(expanded);
    if (isIP(address) === 0) throw new ConfigError('bind_addr cannot be empty');
    return address;
  }

  #advertise(path: 'advertise_addr' | 'advertise_addr_wan', bind: string): string {
    const set = this.#single(path);
    if (set !== undefined) return set;
    if (this.#values.text(path) !== '') return bind;
    if (bind === '0.0.0.0') return this.#detect('ipv4');
    return bind === '::' ? this.#detect('ipv6') : bind;
  }

  /** The one address of this host that others can be told, for a wildcard bind. */
  #detect(family: 'ipv4' | 'ipv6'): string {
    const isPrivate = (address: string): boolean => (family === 'ipv4' ? PRIVATE_IPV4 : PRIVATE_IPV6).some((cidr) => matches(address, cidr));
    const all = this.#host.addresses().filter((item) => item.family === family);
    const others = all.filter((item) => !item.loopback);
    const found = (others.length > 0 ? others : all).filter((item) => isPrivate(item.address) === (family === 'ipv4'));
    const what = family === 'ipv4' ? 'private IPv4' : 'public IPv6';
    if (found.length > 1) throw new ConfigError(`Multiple ${what} addresses found. Please configure one with 'bind' and/or 'advertise'.`);
    const only = found[0];
    if (only === undefined) throw new ConfigError(`No ${what} address found`);
    return only.address;
  }

  #single(path: 'serf_lan' | 'serf_wan' | 'advertise_addr' | 'advertise_addr_wan' | 'advertise_addr_ipv4' | 'advertise_addr_ipv6' | 'advertise_addr_wan_ipv4' | 'advertise_addr_wan_ipv6'): string | undefined {
    const written = this.#values.text(path).trim();
    if (written === '') return undefined;
    const expanded = this.#expand(path, written)?.trim();
    if (expanded === undefined) return undefined;
    const words = expanded.split(/\s+/);
    if (words.length > 1) this.#values.errors.push(`${path}: multiple addresses found: ${words.join(' ')}`);
    const address = bare(words[0] ?? '');
    if (isIP(address) !== 0) return address;
    this.#values.errors.push(`${path}: invalid ip address: ${address}`);
    return undefined;
  }

  #list(path: string, written: string, unixAllowed: boolean): readonly string[] {
    const expanded = this.#expand(path, written) ?? '';
    return expanded.split(/\s+/).filter((word) => word !== '').flatMap((word) => {
      if (word.startsWith('unix://')) {
        if (unixAllowed) return [word];
        throw new ConfigError(`${path} cannot be a unix socket`);
      }
      const address = bare(word);
      if (isIP(address) !== 0) return [address];
      this.#values.errors.push(`${path}: invalid ip address: ${word}`);
      return [];
    });
  }

  #listeners(path: 'addresses.dns' | 'addresses.http' | 'addresses.https' | 'addresses.grpc' | 'addresses.grpc_tls', client: readonly string[], port: number): readonly ListenAddress[] {
    const written = this.#values.text(path).trim();
    const addresses = written === '' ? client : this.#list(path, written, true);
    return addresses.flatMap((address): ListenAddress[] => {
      if (address.startsWith('unix://')) return [{network: 'unix', path: address.slice('unix://'.length)}];
      return port > 0 ? [{network: 'tcp', host: address, port}] : [];
    });
  }

  #expand(path: string, written: string): string | undefined {
    try {
      return expandTemplate(written, this.#host);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.#values.errors.push(`${path}: error parsing ${JSON.stringify(written)}: ${error.message}`);
      return undefined;
    }
  }

  /** Consul says no more of a bad template in bind_addr than that nothing came of it. */
  #expandQuietly(written: string): string {
    try {
      return expandTemplate(written, this.#host).trim();
    } catch (error) {
      if (error instanceof TemplateError) throw new ConfigError(`bind_addr cannot be empty\n  bind_addr ${JSON.stringify(written)}: ${error.message}`);
      throw error;
    }
  }
}

function bare(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}

function matches(address: string, cidr: string): boolean {
  const parsed = ipaddr.parse(address);
  const [network, size] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, size);
}

function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/** Two listeners on one address and port: Consul's text, or undefined. */
export function listenerClash(network: NetworkConfig, server: boolean): string | undefined {
  const taken = new Map<string, string>();
  const claims: [string, string][] = [];
  const tcp = (name: string, addresses: readonly ListenAddress[]): void => {
    for (const address of addresses) claims.push([name, address.network === 'tcp' ? joinHostPort(address.host, address.port) : `unix://${address.path}`]);
  };
  for (const {host, port} of network.dns) claims.push(['DNS', joinHostPort(host, port)]);
  tcp('HTTP', network.http);
  tcp('HTTPS', network.https);
  if (server) claims.push(['RPC Advertise', joinHostPort(network.rpcAdvertise.host, network.rpcAdvertise.port)]);
  claims.push(['Serf Advertise LAN', joinHostPort(network.serfLanAdvertise.host, network.serfLanAdvertise.port)]);
  if (server && network.serfWanAdvertise !== null) claims.push(['Serf Advertise WAN', joinHostPort(network.serfWanAdvertise.host, network.serfWanAdvertise.port)]);
  for (const [name, address] of claims) {
    const owner = taken.get(address);
    if (owner !== undefined) return `${name} address ${address} already configured for ${owner}`;
    taken.set(address, name);
  }
  return undefined;
}
