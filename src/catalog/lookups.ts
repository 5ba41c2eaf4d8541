import {ConsulError} from '../consul-error.ts';
import {type DnsLookups, type DnsNode, type DnsServiceInstance, type Found, type Freshness, type Locality, NoSuchNameError, type ServiceQuestion} from '../dns/lookups.ts';
import {canonicalAddress, sameAddress} from '../dns/wire/ip-address.ts';
import {keptReply, type MaybeKept} from '../rpc/kept-reply.ts';
import {type Method} from '../rpc/method.ts';
import {type Router} from '../rpc/router.ts';
import {isTooStale, ofTheLeader, type StalenessBound} from '../rpc/staleness.ts';
import {type Logger} from '../runtime/logger.ts';
import {DCSpecificRequest, NodeSpecificRequest, type QueryOptions} from '../schema/rpc-common.ts';
import {catalogListNodes, catalogNodeServices, catalogServiceNodes, catalogVirtualIp, healthServiceNodes} from './methods.ts';
import {healthFilter, ServiceSpecificRequest} from './requests.ts';
import {type CheckServiceNode, type HealthCheck, type Node, type NodeService, type ServiceNode} from './schema.ts';
import {type ServiceAddress} from './service-parts.ts';

export interface CatalogLookupOptions {
  readonly router: Router;
  readonly datacenter: string;
  readonly token: () => string;
  readonly allowStale: boolean;
  /** Above this the leader is asked again, in nanoseconds. */
  readonly maxStaleNs: number;
  /** `dns_config.use_cache`: services may be looked up in what the agent keeps of them, up to this age; 0: of any age. */
  readonly cache?: (() => {readonly maxAgeNs: number} | undefined) | undefined;
  readonly logger: Logger;
  /** False while this process may not answer from what it kept. */
  readonly mayServeKept: () => boolean;
}

/** DNS names from the catalog (dns.md). Prepared queries have not come yet: their names do not exist. */
export class CatalogLookups implements DnsLookups {
  readonly #options: CatalogLookupOptions;

  constructor(options: CatalogLookupOptions) {
    this.#options = options;
  }

  async services({service, tag, kind, datacenter, peer}: ServiceQuestion): Promise<Found<readonly DnsServiceInstance[]>> {
    const request = ServiceSpecificRequest.make({
      ...this.#read(datacenter),
      ...this.#cached(),
      PeerName: peer,
      ServiceName: service,
      ServiceTags: tag === '' ? null : [tag],
      TagFilter: tag !== '',
      Connect: kind === 'connect',
      Ingress: kind === 'ingress',
      HealthFilterType: healthFilter.all,
    });
    const reply = await this.#call(healthServiceNodes, request);
    return {value: (reply.Nodes ?? []).flatMap(instanceOf), freshness: this.#freshness(reply)};
  }

  async node(name: string, {datacenter, peer}: Locality): Promise<Found<DnsNode | null>> {
    const reply = await this.#call(catalogNodeServices, NodeSpecificRequest.make({...this.#read(datacenter), Node: name, PeerName: peer}));
    const found = reply.NodeServices?.Node ?? null;
    // A node may also be found by its id, which is no name in DNS.
    const isNamed = found !== null && found.Node.toLowerCase() === name;
    return {value: isNamed ? dnsNode(found) : null, freshness: this.#freshness(reply)};
  }

  async virtualIp(service: string, peer: string): Promise<Found<string | null>> {
    const request = ServiceSpecificRequest.make({...this.#read(this.#options.datacenter), ServiceName: service, PeerName: peer});
    const address = await this.#call(catalogVirtualIp, request);
    return {value: address === '' ? null : address, freshness: null};
  }

  preparedQuery(): never {
    throw new NoSuchNameError('Query not found');
  }

  async nodeByAddress(ip: string): Promise<DnsNode | null> {
    const reply = await this.#call(catalogListNodes, DCSpecificRequest.make(this.#read(this.#options.datacenter)));
    const found = reply.Nodes?.find(({Address}) => sameAddress(Address, ip));
    return found === undefined ? null : dnsNode(found);
  }

  async serviceByAddress(ip: string): Promise<DnsServiceInstance | null> {
    // Unlike those of nodes, addresses of services are found in one spelling only (seen at 1.21.4).
    const request = ServiceSpecificRequest.make({...this.#read(this.#options.datacenter), ServiceAddress: canonicalAddress(ip)});
    const reply = await this.#call(catalogServiceNodes, request);
    const [first] = reply.ServiceNodes ?? [];
    return first === undefined ? null : flatInstance(first);
  }

  async servers(): Promise<readonly DnsNode[]> {
    const request = ServiceSpecificRequest.make({
      ...this.#read(this.#options.datacenter),
      ServiceName: 'consul',
      HealthFilterType: healthFilter.notCritical,
    });
    const reply = await this.#call(healthServiceNodes, request);
    return (reply.Nodes ?? []).flatMap(({Node}) => (Node === null ? [] : [dnsNode(Node)]));
  }

  #read(Datacenter: string): Partial<QueryOptions> & {readonly Datacenter: string} {
    const {token, allowStale, maxStaleNs} = this.#options;
    return {Datacenter, Token: token(), AllowStale: allowStale, MaxStaleDuration: allowStale ? maxStaleNs : 0};
  }

  #cached(): Partial<QueryOptions> {
    const cache = this.#options.cache?.();
    return cache === undefined ? {} : {UseCache: true, MaxAge: cache.maxAgeNs};
  }

  async #call<Req extends StalenessBound, Res>(method: Method<Req, Res>, request: Req): Promise<Res & MaybeKept> {
    const {router, logger} = this.#options;
    try {
      const reply = (await router.call(method, request)) as Res & MaybeKept & {readonly LastContact?: number};
      if (!isTooStale(request, {LastContact: reply.LastContact ?? 0})) return reply;
      logger.warn('Query results too stale, re-requesting');
      return (await router.call(method, ofTheLeader(request))) as Res & MaybeKept;
    } catch (error) {
      if (error instanceof ConsulError && error.message.includes('No path to datacenter')) throw new NoSuchNameError(error.message);
      throw error;
    }
  }

  #freshness(reply: MaybeKept): Freshness | null {
    const kept = reply[keptReply];
    if (kept === undefined) return null;
    return {stale: () => kept.watch.fired || !this.#options.mayServeKept()};
  }
}

function instanceOf({Node, Service, Checks}: CheckServiceNode): DnsServiceInstance[] {
  if (Node === null || Service === null) return [];
  return [{...serviceParts(Service), node: dnsNode(Node), status: worst(Checks ?? [])}];
}

function serviceParts(service: NodeService): Omit<DnsServiceInstance, 'node' | 'status'> {
  return {
    service: service.Service,
    address: service.Address,
    port: service.Port,
    taggedAddresses: dnsAddresses(service.TaggedAddresses),
    weights: {passing: service.Weights?.Passing ?? 1, warning: service.Weights?.Warning ?? 1},
  };
}

function flatInstance(row: ServiceNode): DnsServiceInstance {
  return {
    node: dnsNode({...row, Meta: row.NodeMeta}),
    service: row.ServiceName,
    address: row.ServiceAddress,
    port: row.ServicePort,
    taggedAddresses: dnsAddresses(row.ServiceTaggedAddresses),
    weights: {passing: row.ServiceWeights.Passing, warning: row.ServiceWeights.Warning},
    status: 'passing',
  };
}

function dnsNode(node: Pick<Node, 'Node' | 'Address' | 'Datacenter' | 'PeerName' | 'TaggedAddresses' | 'Meta'>): DnsNode {
  return {
    node: node.Node,
    address: node.Address,
    datacenter: node.Datacenter,
    peer: node.PeerName,
    taggedAddresses: Object.fromEntries(node.TaggedAddresses ?? []),
    meta: Object.fromEntries(node.Meta ?? []),
  };
}

function dnsAddresses(addresses: ReadonlyMap<string, ServiceAddress> | null): DnsServiceInstance['taggedAddresses'] {
  return Object.fromEntries([...(addresses ?? [])].map(([key, {Address, Port}]) => [key, {address: Address, port: Port}]));
}

/** A status that is none of Consul's three is no reason to leave an instance out, and none to call it healthy. */
function worst(checks: readonly HealthCheck[]): DnsServiceInstance['status'] {
  let status: DnsServiceInstance['status'] = 'passing';
  for (const {Status} of checks) {
    if (Status === 'critical') return 'critical';
    if (Status !== 'passing') status = 'warning';
  }
  return status;
}
