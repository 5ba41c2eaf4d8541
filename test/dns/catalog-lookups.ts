import {type DnsLookups, type DnsNode, type DnsServiceInstance, type Freshness, type Found, NoSuchNameError} from '../../src/dns/lookups.ts';
import {sameAddress} from '../../src/dns/wire/ip-address.ts';

/** A body of `PUT /v1/catalog/register`, as far as DNS sees it. */
export interface Registration {
  readonly Node: string;
  readonly Address: string;
  readonly TaggedAddresses?: Record<string, string>;
  readonly NodeMeta?: Record<string, string>;
  readonly Service?: {
    readonly ID: string;
    readonly Service: string;
    readonly Kind?: string;
    readonly Tags?: readonly string[];
    readonly Port?: number;
    readonly Address?: string;
    readonly TaggedAddresses?: Record<string, {Address: string; Port: number}>;
    readonly Weights?: {Passing: number; Warning: number};
    readonly Proxy?: {readonly DestinationServiceName: string};
  };
  readonly Check?: {readonly Status: 'passing' | 'warning' | 'critical'; readonly ServiceID?: string};
}

interface Row {
  readonly instance: DnsServiceInstance;
  readonly tags: readonly string[];
  readonly connectTo: string;
}

/** A catalog of one datacenter in plain objects. */
export class CatalogLookups implements DnsLookups {
  readonly nodes = new Map<string, DnsNode>();
  readonly rows: Row[] = [];
  lookupCount = 0;
  #version = 0;

  constructor(registrations: readonly Registration[]) {
    for (const registration of registrations) this.register(registration);
  }

  register({Node, Address, TaggedAddresses = {}, NodeMeta = {}, Service, Check}: Registration): void {
    this.#version++;
    const node: DnsNode = {node: Node, address: Address, datacenter: 'dc1', peer: '', taggedAddresses: TaggedAddresses, meta: NodeMeta};
    this.nodes.set(Node.toLowerCase(), node);
    if (Service === undefined) return;
    const tagged = Object.entries(Service.TaggedAddresses ?? {}).map(([key, value]) => [key, {address: value.Address, port: value.Port}] as const);
    this.rows.push({
      tags: Service.Tags ?? [],
      connectTo: Service.Proxy?.DestinationServiceName ?? '',
      instance: {
        node, service: Service.Service, address: Service.Address ?? '', port: Service.Port ?? 0, taggedAddresses: Object.fromEntries(tagged),
        weights: {passing: Service.Weights?.Passing ?? 1, warning: Service.Weights?.Warning ?? 1}, status: Check?.Status ?? 'passing',
      },
    });
  }

  #freshness(): Freshness {
    const made = this.#version;
    return {stale: () => made !== this.#version};
  }

  services({service, tag, kind, datacenter, peer}: Parameters<DnsLookups['services']>[0]): Found<readonly DnsServiceInstance[]> {
    this.lookupCount++;
    if (datacenter !== 'dc1' || peer !== '') throw new NoSuchNameError('No path to datacenter');
    const name = (row: Row): string => (kind === 'service' ? row.instance.service : kind === 'connect' ? row.connectTo : '').toLowerCase();
    const rows = this.rows.filter((row) => name(row) === service && (tag === '' || row.tags.some((text) => text.toLowerCase() === tag)));
    return {value: rows.map((row) => row.instance), freshness: this.#freshness()};
  }

  node(name: string, {datacenter, peer}: Parameters<DnsLookups['node']>[1]): Found<DnsNode | null> {
    if (datacenter !== 'dc1' || peer !== '') throw new NoSuchNameError('No path to datacenter');
    return {value: this.nodes.get(name) ?? null, freshness: this.#freshness()};
  }

  virtualIp(service: string, peer: string): Found<string | null> {
    return {value: peer === '' && this.rows.some((row) => row.connectTo === service) ? '240.0.0.1' : null, freshness: this.#freshness()};
  }

  preparedQuery(): never {
    throw new NoSuchNameError('Query not found');
  }

  nodeByAddress(ip: string): DnsNode | null {
    return [...this.nodes.values()].sort((a, b) => (a.node < b.node ? -1 : 1)).find((node) => sameAddress(node.address, ip)) ?? null;
  }

  serviceByAddress(ip: string): DnsServiceInstance | null {
    return this.rows.find(({instance}) => sameAddress(instance.address, ip))?.instance ?? null;
  }

  servers(): readonly DnsNode[] {
    return this.rows.filter(({instance}) => instance.service === 'consul').map(({instance}) => instance.node);
  }
}
