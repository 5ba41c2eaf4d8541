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
