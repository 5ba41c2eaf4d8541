/** A node as the catalog has it. */
export interface DnsNode {
  readonly node: string;
  readonly address: string;
  readonly datacenter: string;
  /** '' unless imported from a peer */
  readonly peer: string;
  /** `lan_ipv4`, `wan`, … → address */
  readonly taggedAddresses: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
}

/** One instance of a service, on its node. */
export interface DnsServiceInstance {
  readonly node: DnsNode;
  readonly service: string;
  /** '' = the node's */
  readonly address: string;
  readonly port: number;
  readonly taggedAddresses: Readonly<Record<string, {readonly address: string; readonly port: number}>>;
  readonly weights: {readonly passing: number; readonly warning: number};
  /** the worst of the node's checks and the instance's own */
  readonly status: 'passing' | 'warning' | 'critical';
}

/** Tells whether an answer may still be used. */
export interface Freshness {
  /** true from the moment that what the answer was made of has changed; cheap, asked for every datagram */
  stale(): boolean;
}

/** What a look-up found. */
export interface Found<T> {
  readonly value: T;
  /** null: the answer is made anew for every question */
  readonly freshness: Freshness | null;
}

export type MaybePromise<T> = T | Promise<T>;

/** Where to look: a datacenter, or what a peer exported. */
export interface Locality {
  /** lower-cased; the local one when the name gave none */
  readonly datacenter: string;
  /** '' = none; excludes the datacenter */
  readonly peer: string;
}

export interface ServiceQuestion extends Locality {
  /** lower-cased; match regardless of case */
  readonly service: string;
  /** lower-cased, '' = any; match regardless of case */
  readonly tag: string;
  /** by name, the mesh endpoints of the name, or the ingress gateways bound to it */
  readonly kind: 'service' | 'connect' | 'ingress';
}

/** Who asks a prepared query. */
export interface PreparedQuestion {
  /** name or UUID, lower-cased; match names regardless of case */
  readonly nameOrId: string;
  readonly datacenter: string;
  /** client subnet if given, else the peer's address: for `Near: "_ip"` */
  readonly clientAddress: string;
}

export interface PreparedAnswer {
  /** the service that was asked for, as in the query's definition */
  readonly service: string;
  /** the query's own `DNS.TTL`; null when it sets none */
  readonly ttlMs: number | null;
  /** filtered, limited and ordered by the query */
  readonly instances: readonly DnsServiceInstance[];
}

/**
 * Where the answers come from. Each look-up returns what the caller's token may see. It throws {@link NoSuchNameError}
 * for NXDOMAIN, anything else for SERVFAIL.
 */
export interface DnsLookups {
  /** All instances, whatever their health. */
  services(question: ServiceQuestion): MaybePromise<Found<readonly DnsServiceInstance[]>>;
  /** @param name lower-cased; match regardless of case */
  node(name: string, where: Locality): MaybePromise<Found<DnsNode | null>>;
  /** The service's virtual IP, null when it has none. */
  virtualIp(service: string, peer: string): MaybePromise<Found<string | null>>;
  preparedQuery(question: PreparedQuestion): MaybePromise<PreparedAnswer>;
  /** The first node of the local datacenter, in order of name, with that `Address`; `ip` in any spelling. */
  nodeByAddress(ip: string): MaybePromise<DnsNode | null>;
  /** The first instance in the local datacenter with that service address. */
  serviceByAddress(ip: string): MaybePromise<DnsServiceInstance | null>;
  /** Nodes of the servers of the local datacenter. */
  servers(): MaybePromise<readonly DnsNode[]>;
}

/** The datacenter, peer, or query does not exist: NXDOMAIN. */
export class NoSuchNameError extends Error {
  override readonly name = 'NoSuchNameError';
}
