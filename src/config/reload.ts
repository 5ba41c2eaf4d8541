import {isDeepStrictEqual} from 'node:util';
import {type RuntimeConfig} from './runtime-config.ts';

/** Parts of the configuration that a running agent can change (cli.md §4.6). */
export type ReloadSlice =
  | 'log_level' | 'services' | 'checks' | 'watches' | 'node_meta' | 'acl_tokens' | 'tls' | 'http_limits' | 'rpc_limits'
  | 'request_limits' | 'config_entries' | 'raft' | 'cache' | 'telemetry_filter' | 'discard_check_output' | 'xds' | 'enable_debug' | 'dns' | 'ui';

export interface ConfigChange {
  readonly changed: ReadonlySet<ReloadSlice>;
  /** One text for each change that needs a restart. */
  readonly ignored: readonly string[];
}

type View = (config: RuntimeConfig) => unknown;

const SLICES: Readonly<Record<ReloadSlice, View>> = {
  log_level: (c) => c.log.level,
  services: (c) => c.services,
  checks: (c) => c.nodeChecks,
  watches: (c) => c.watches,
  node_meta: (c) => c.node.meta,
  acl_tokens: (c) => c.acl.tokens,
  tls: (c) => c.tls,
  http_limits: (c) => c.limits.httpMaxConnsPerClient,
  rpc_limits: (c) => [c.limits.rpcClientTimeoutMs, c.limits.rpcRatePerSecond, c.limits.rpcMaxBurst, c.limits.rpcMaxConnsPerClient],
  request_limits: (c) => c.limits.requestLimits,
  config_entries: (c) => c.configEntriesBootstrap,
  raft: (c) => [c.raft.snapshotThreshold, c.raft.snapshotIntervalMs, c.raft.trailingLogs, c.raft.electionTimeoutMs, c.raft.heartbeatTimeoutMs],
  cache: (c) => c.cache,
  telemetry_filter: (c) => [c.telemetry.allowedPrefixes, c.telemetry.blockedPrefixes],
  discard_check_output: (c) => c.checks.discardOutput,
  xds: (c) => c.xdsUpdateMaxPerSecond,
  enable_debug: (c) => c.enableDebug,
  dns: (c) => ({...c.dns, domain: '', altDomain: ''}),
  ui: (c) => [c.ui.metricsProvider, c.ui.metricsProviderFiles, c.ui.metricsProviderOptionsJson, c.ui.metricsProxy, c.ui.dashboardUrlTemplates],
};

/** What only a restart changes, by the name that the warning uses. */
const FIXED_WHILE_RUNNING: Readonly<Record<string, View>> = {
  'node_name': (c) => c.node.name,
  'node_id': (c) => c.node.id,
  'datacenter': (c) => c.datacenter,
  'primary_datacenter': (c) => c.primaryDatacenter,
  'data_dir': (c) => c.dataDir,
  'server': (c) => c.server,
  'bootstrap or bootstrap_expect': (c) => [c.raft.bootstrap, c.raft.bootstrapExpect],
  'addresses and ports': (c) => c.network,
  'tagged_addresses': (c) => c.node.taggedAddresses,
  'retry_join and its kin': (c) => c.join,
  'encrypt and gossip settings': (c) => c.gossip,
  'autopilot': (c) => c.raft.autopilot,
  'domain and alt_domain': (c) => [c.dns.domain, c.dns.altDomain],
  'acl settings except tokens': (c) => ({...c.acl, tokens: {}}),
  'http_config': (c) => c.http,
  'ui_config.enabled, dir and content_path': (c) => [c.ui.enabled, c.ui.dir, c.ui.contentPath],
  'enable_script_checks and check settings': (c) => ({...c.checks, discardOutput: false}),
  'log output settings': (c) => ({...c.log, level: '', levelText: ''}),
  'pid_file': (c) => c.pidFile,
  'protocol': (c) => c.protocol,
};

/** Compares the running configuration with a freshly loaded one: what to put into effect, what has to wait for a restart. */
export function diffConfig(before: RuntimeConfig, after: RuntimeConfig): ConfigChange {
  const differs = (view: View): boolean => !isDeepStrictEqual(view(before), view(after));
  const changed = (Object.entries(SLICES) as [ReloadSlice, View][]).filter(([, view]) => differs(view)).map(([slice]) => slice);
  const ignored = Object.entries(FIXED_WHILE_RUNNING).filter(([, view]) => differs(view))
    .map(([name]) => `${name} changed, which a reload cannot apply: restart the agent`);
  return {changed: new Set(changed), ignored};
}
