/** What the operator sets for DNS (dns.md §2); domains are lower-cased and end with a dot. */
export interface DnsConfig {
  readonly domain: string;
  /** '' = none */
  readonly altDomain: string;
  readonly datacenter: string;
  readonly nodeTtlMs: number;
  /** service name, `prefix*` or `*` → TTL */
  readonly serviceTtlMs: Readonly<Record<string, number>>;
  readonly onlyPassing: boolean;
  readonly enableTruncate: boolean;
  readonly udpAnswerLimit: number;
  /** 0 = no limit */
  readonly aRecordLimit: number;
  readonly disableCompression: boolean;
  readonly enableAdditionalNodeMetaTxt: boolean;
  readonly translateWanAddresses: boolean;
  readonly soa: {readonly refreshSeconds: number; readonly retrySeconds: number; readonly expireSeconds: number; readonly minTtlSeconds: number};
  /** `ip`, `ip:port` or `[ipv6]:port`; port 53 when absent */
  readonly recursors: readonly string[];
  readonly recursorStrategy: 'sequential' | 'random';
  readonly recursorTimeoutMs: number;
}

/** Consul's defaults, for datacenter `dc1`. */
export const defaultDnsConfig: DnsConfig = {
  domain: 'consul.', altDomain: '', datacenter: 'dc1', nodeTtlMs: 0, serviceTtlMs: {}, onlyPassing: false, enableTruncate: false,
  udpAnswerLimit: 3, aRecordLimit: 0, disableCompression: false, enableAdditionalNodeMetaTxt: true, translateWanAddresses: false,
  soa: {refreshSeconds: 3600, retrySeconds: 600, expireSeconds: 86_400, minTtlSeconds: 0},
  recursors: [], recursorStrategy: 'sequential', recursorTimeoutMs: 2000,
};
