import {key} from './key-spec.ts';

/** DNS (config.md §6.6). */
export const DNS_KEYS = {
  'recursors': key('strings', {flag: ['recursor', 'Address of a DNS server to ask for other domains. Can be given several times.']}),
  'dns_config.allow_stale': key('bool', {default: true}),
  'dns_config.max_stale': key('duration', {default: '87600h'}),
  'dns_config.node_ttl': key('duration', {default: '0s'}),
  'dns_config.service_ttl': key('stringMap'),
  'dns_config.enable_truncate': key('bool', {default: false}),
  'dns_config.only_passing': key('bool', {default: false}),
  'dns_config.udp_answer_limit': key('int', {default: 3}),
  'dns_config.a_record_limit': key('int', {default: 0}),
  'dns_config.disable_compression': key('bool', {default: false}),
  'dns_config.recursor_strategy': key('string', {default: 'sequential'}),
  'dns_config.recursor_timeout': key('duration', {default: '2s'}),
  'dns_config.enable_additional_node_meta_txt': key('bool', {default: true}),
  'dns_config.soa.refresh': key('uint', {default: 3600}),
  'dns_config.soa.retry': key('uint', {default: 600}),
  'dns_config.soa.expire': key('uint', {default: 86400}),
  'dns_config.soa.min_ttl': key('uint', {default: 0}),
  'dns_config.use_cache': key('bool', {default: false}),
  'dns_config.cache_max_age': key('duration', {default: '0s'}),
  'dns_config.prefer_namespace': key('bool', {effect: 'enterprise'}),
} as const;
