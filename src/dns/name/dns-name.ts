/** What stands right of the keyword (dns.md §3.1). */
export interface NameLocality {
  /** '' = the local one */
  readonly datacenter: string;
  readonly peer: string;
}

/** A name in our zone, lower-cased, by its form (dns.md §3.2). */
export type DnsName =
  | ({readonly form: 'service' | 'connect' | 'ingress'; readonly service: string; readonly tag: string} & NameLocality)
  | ({readonly form: 'node'; readonly node: string} & NameLocality)
  | {readonly form: 'virtual'; readonly service: string; readonly peer: string}
  | {readonly form: 'query'; readonly nameOrId: string; readonly datacenter: string}
  /** `bytes` of IPv4 or IPv6 */
  | {readonly form: 'addr'; readonly bytes: Uint8Array};
