import {type DnsConfig} from '../../src/dns/dns-config.ts';

/** Consul's defaults, for datacenter `dc1`. */
export const defaultDnsConfig: DnsConfig = {
  domain: 'consul.', altDomain: '', datacenter: 'dc1', nodeTtlMs: 0, serviceTtlMs: {}, onlyPassing: false, enableTruncate: false,
  udpAnswerLimit: 3, aRecordLimit: 0, disableCompression: false, enableAdditionalNodeMetaTxt: true, translateWanAddresses: false,
  soa: {refreshSeconds: 3600, retrySeconds: 600, expireSeconds: 86_400, minTtlSeconds: 0},
  recursors: [], recursorStrategy: 'sequential', recursorTimeoutMs: 2000,
};
