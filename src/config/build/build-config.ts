import {hostname} from 'node:os';
import {ConfigError} from '../config-error.ts';
import {multiErrorText} from '../../consul-error.ts';
import {type GossipPoolConfig, type LogLevel, type RuntimeConfig} from '../runtime-config.ts';
import {type HostNetwork} from '../sockaddr/interface-address.ts';
import {AddressBuilder} from './addresses.ts';
import {buildCheck, buildService} from './definitions.ts';
import {type MergedValues} from './merged-values.ts';
import {buildTls, buildUi} from './tls-and-ui.ts';

const DEFAULT_LOG_ROTATE_MS = 24 * 3_600_000;
const DEFAULT_SESSION_TTL_MIN_MS = 10_000;

export interface BuildOptions {
  readonly devMode: boolean;
  readonly configPaths: readonly string[];
  readonly host: HostNetwork;
}

/**
 * Builds the runtime configuration from merged values.
 * @throws ConfigError for what cannot be built; faults of single values are gathered into one error
 */
export function buildConfig(values: MergedValues, options: BuildOptions): RuntimeConfig {
  const addresses = new AddressBuilder(values, options.host);
  const services = values.blocks('services').map((block) => buildService(block, values.errors));
  const nodeChecks = values.blocks('checks').map((block) => buildCheck(block, values.errors));
  const server = values.bool('server');
  const network = addresses.build(server, options.devMode);
  const datacenter = values.text('datacenter').trim().toLowerCase();
  const expect = values.number('bootstrap_expect');
  const config: RuntimeConfig = {
    devMode: options.devMode,
    server,
    datacenter,
    primaryDatacenter: values.text('primary_datacenter').trim().toLowerCase() || datacenter,
    dataDir: values.text('data_dir').trim(),
    pidFile: values.text('pid_file'),
    protocol: values.number('protocol'),
    enableDebug: values.bool('enable_debug'),
    experiments: values.texts('experiments'),
    leaveOnTerminate: values.bool('leave_on_terminate', !server),
    skipLeaveOnInterrupt: values.bool('skip_leave_on_interrupt', server),
    serverRejoinAgeMaxMs: values.durationMs('server_rejoin_age_max'),
    autoReloadConfig: values.bool('auto_reload_config'),
    disableUpdateCheck: values.bool('disable_update_check'),
    disableRemoteExec: values.bool('disable_remote_exec'),
    sessionTtlMinMs: values.durationMs('session_ttl_min') || DEFAULT_SESSION_TTL_MIN_MS,
    useStreamingBackend: values.bool('use_streaming_backend'),
    rpcEnableStreaming: values.bool('rpc.enable_streaming', server),
    enableCentralServiceConfig: values.bool('enable_central_service_config'),
    defaultIntentionPolicy: values.text('default_intention_policy'),
    connectEnabled: values.bool('connect.enabled'),
    peeringEnabled: values.bool('peering.enabled'),
    connect: {
      caProvider: values.text('connect.ca_provider'),
      caConfig: values.object('connect.ca_config'),
      meshGatewayWanFederation: values.bool('connect.enable_mesh_gateway_wan_federation'),
    },
    configEntriesBootstrap: values.objects('config_entries.bootstrap'),
    cache: {
      entryFetchRatePerSecond: rate(values.number('cache.entry_fetch_rate', Infinity)),
      entryFetchMaxBurst: values.number('cache.entry_fetch_max_burst'),
    },
    xdsUpdateMaxPerSecond: values.number('xds.update_max_per_second'),
    node: buildNode(values, addresses.tagged(network)),
    network,
    join: buildJoin(values, addresses),
    gossip: buildGossip(values),
    raft: buildRaft(values, expect),
    performance: buildPerformance(values),
    limits: buildLimits(values),
    acl: buildAcl(values),
    dns: buildDns(values, [...new Set(addresses.expandedList('recursors'))]),
    http: buildHttp(values, addresses),
    ui: buildUi(values),
    tls: buildTls(values),
    checks: buildChecks(values),
    log: buildLog(values),
    telemetry: buildTelemetry(values),
    services,
    nodeChecks,
    watches: values.objects('watches'),
    configPaths: options.configPaths,
  };
  if (values.errors.length > 0) throw new ConfigError(multiErrorText(values.errors));
  return config;
}

function rate(perSecond: number): number {
  return perSecond < 0 ? Infinity : perSecond;
}

function buildNode(values: MergedValues, taggedAddresses: Readonly<Record<string, string>>): RuntimeConfig['node'] {
  return {
    name: values.text('node_name').trim() || hostname(),
    id: values.text('node_id').trim().toLowerCase(),
    disableHostNodeId: values.bool('disable_host_node_id'),
    meta: values.textMap('node_meta'),
    taggedAddresses,
    locality: values.has('locality.region') || values.has('locality.zone') ? {region: values.text('locality.region'), zone: values.text('locality.zone')} : null,
  };
}

function buildJoin(values: MergedValues, addresses: AddressBuilder): RuntimeConfig['join'] {
  return {
    retryJoinLan: addresses.expandedList('retry_join'),
    retryJoinWan: addresses.expandedList('retry_join_wan'),
    retryIntervalLanMs: values.durationMs('retry_interval'),
    retryIntervalWanMs: values.durationMs('retry_interval_wan'),
    retryMaxLan: values.number('retry_max'),
    retryMaxWan: values.number('retry_max_wan'),
    rejoinAfterLeave: values.bool('rejoin_after_leave'),
    primaryGateways: addresses.expandedList('primary_gateways'),
    primaryGatewaysIntervalMs: values.durationMs('primary_gateways_interval'),
  };
}

function buildGossip(values: MergedValues): RuntimeConfig['gossip'] {
  // Consul's own names for these two groups have an empty part in the middle.
  const pool = (lan: boolean): GossipPoolConfig => {
    const group = lan ? 'gossip_lan' : 'gossip_wan';
    return {
      gossipIntervalMs: values.durationMs(`${group}.gossip_interval`, `${group}..gossip_interval`),
      gossipNodes: values.number(`${group}.gossip_nodes`),
      retransmitMult: values.number(`${group}.retransmit_mult`),
      probeIntervalMs: values.durationMs(`${group}.probe_interval`, `${group}..probe_interval`),
      probeTimeoutMs: values.durationMs(`${group}.probe_timeout`, `${group}..probe_timeout`),
      suspicionMult: values.number(`${group}.suspicion_mult`),
      reconnectTimeoutMs: values.durationMs(lan ? 'reconnect_timeout' : 'reconnect_timeout_wan'),
    };
  };
  return {
    lan: pool(true),
    wan: pool(false),
    encryptKey: values.text('encrypt'),
    encryptVerifyIncoming: values.bool('encrypt_verify_incoming'),
    encryptVerifyOutgoing: values.bool('encrypt_verify_outgoing'),
    disableKeyringFile: values.bool('disable_keyring_file'),
    advertiseReconnectTimeoutMs: values.durationMs('advertise_reconnect_timeout'),
    disableCoordinates: values.bool('disable_coordinates'),
    coordinateUpdatePeriodMs: values.durationMs('consul.coordinate.update_period'),
    coordinateUpdateBatchSize: values.number('consul.coordinate.update_batch_size'),
    coordinateUpdateMaxBatches: values.number('consul.coordinate.update_max_batches'),
    syncCoordinateIntervalMinMs: values.durationMs('sync_coordinate_interval_min'),
    syncCoordinateRateTargetPerSecond: values.number('sync_coordinate_rate_target'),
  };
}

function buildRaft(values: MergedValues, expect: number): RuntimeConfig['raft'] {
  const multiplier = values.number('performance.raft_multiplier');
  return {
    protocol: values.number('raft_protocol'),
    bootstrap: values.bool('bootstrap') || expect === 1,
    bootstrapExpect: expect === 1 ? 0 : expect,
    electionTimeoutMs: values.durationMs('consul.raft.election_timeout') * multiplier,
    heartbeatTimeoutMs: values.durationMs('consul.raft.heartbeat_timeout') * multiplier,
    leaderLeaseTimeoutMs: values.durationMs('consul.raft.leader_lease_timeout') * multiplier,
    snapshotThreshold: values.number('raft_snapshot_threshold'),
    snapshotIntervalMs: values.durationMs('raft_snapshot_interval'),
    trailingLogs: values.number('raft_trailing_logs'),
    preVoteDisabled: values.bool('raft_prevote_disabled'),
    serverHealthIntervalMs: values.durationMs('consul.server.health_interval'),
    autopilot: {
      cleanupDeadServers: values.bool('autopilot.cleanup_dead_servers'),
      lastContactThresholdMs: values.durationMs('autopilot.last_contact_threshold'),
      maxTrailingLogs: values.number('autopilot.max_trailing_logs'),
      minQuorum: values.number('autopilot.min_quorum'),
      serverStabilizationTimeMs: values.durationMs('autopilot.server_stabilization_time'),
    },
  };
}

function buildPerformance(values: MergedValues): RuntimeConfig['performance'] {
  return {
    raftMultiplier: values.number('performance.raft_multiplier'),
    leaveDrainTimeMs: values.durationMs('performance.leave_drain_time'),
    rpcHoldTimeoutMs: values.durationMs('performance.rpc_hold_timeout'),
  };
}

function buildLimits(values: MergedValues): RuntimeConfig['limits'] {
  const mode = values.text('limits.request_limits.mode');
  if (mode !== 'disabled' && mode !== 'permissive' && mode !== 'enforcing') values.errors.push(`limits.request_limits.mode: invalid mode: ${JSON.stringify(mode)}`);
  return {
    httpMaxConnsPerClient: values.number('limits.http_max_conns_per_client'),
    httpsHandshakeTimeoutMs: values.durationMs('limits.https_handshake_timeout'),
    rpcHandshakeTimeoutMs: values.durationMs('limits.rpc_handshake_timeout'),
    rpcClientTimeoutMs: values.durationMs('limits.rpc_client_timeout'),
    rpcRatePerSecond: rate(values.number('limits.rpc_rate')),
    rpcMaxBurst: values.number('limits.rpc_max_burst'),
    rpcMaxConnsPerClient: values.number('limits.rpc_max_conns_per_client'),
    kvMaxValueBytes: values.number('limits.kv_max_value_size'),
    txnMaxRequestBytes: values.number('limits.txn_max_req_len'),
    requestLimits: {
      mode: mode === 'permissive' || mode === 'enforcing' ? mode : 'disabled',
      readRatePerSecond: rate(values.number('limits.request_limits.read_rate')),
      writeRatePerSecond: rate(values.number('limits.request_limits.write_rate')),
    },
  };
}

function buildAcl(values: MergedValues): RuntimeConfig['acl'] {
  return {
    enabled: values.bool('acl.enabled'),
    defaultPolicy: values.text('acl.default_policy'),
    downPolicy: values.text('acl.down_policy'),
    tokenTtlMs: values.durationMs('acl.token_ttl'),
    policyTtlMs: values.durationMs('acl.policy_ttl'),
    roleTtlMs: values.durationMs('acl.role_ttl'),
    enableKeyListPolicy: values.bool('acl.enable_key_list_policy'),
    enableTokenReplication: values.bool('acl.enable_token_replication'),
    enableTokenPersistence: values.bool('acl.enable_token_persistence'),
    tokens: {
      initialManagement: values.text('acl.tokens.initial_management'),
      default: values.text('acl.tokens.default'),
      agent: values.text('acl.tokens.agent'),
      agentRecovery: values.text('acl.tokens.agent_recovery'),
      replication: values.text('acl.tokens.replication'),
      dns: values.text('acl.tokens.dns'),
      configFileServiceRegistration: values.text('acl.tokens.config_file_service_registration'),
    },
  };
}

function buildDns(values: MergedValues, recursors: readonly string[]): RuntimeConfig['dns'] {
  const strategy = values.text('dns_config.recursor_strategy');
  if (strategy !== 'sequential' && strategy !== 'random') values.errors.push(`dns_config.recursor_strategy: invalid strategy: ${JSON.stringify(strategy)}`);
  const serviceTtlMs = values.durationMapMs('dns_config.service_ttl');
  const dotted = (domain: string): string => (domain === '' || domain.endsWith('.') ? domain : `${domain}.`);
  return {
    domain: dotted(values.text('domain')),
    altDomain: dotted(values.text('alt_domain')),
    recursors,
    recursorStrategy: strategy === 'random' ? 'random' : 'sequential',
    recursorTimeoutMs: values.durationMs('dns_config.recursor_timeout'),
    allowStale: values.bool('dns_config.allow_stale'),
    maxStaleMs: values.durationMs('dns_config.max_stale'),
    nodeTtlMs: values.durationMs('dns_config.node_ttl'),
    serviceTtlMs,
    enableTruncate: values.bool('dns_config.enable_truncate'),
    onlyPassing: values.bool('dns_config.only_passing'),
    udpAnswerLimit: values.number('dns_config.udp_answer_limit'),
    aRecordLimit: values.number('dns_config.a_record_limit'),
    disableCompression: values.bool('dns_config.disable_compression'),
    enableAdditionalNodeMetaTxt: values.bool('dns_config.enable_additional_node_meta_txt'),
    soa: {
      refreshSeconds: values.number('dns_config.soa.refresh', 3600),
      retrySeconds: values.number('dns_config.soa.retry', 600),
      expireSeconds: values.number('dns_config.soa.expire', 86400),
      minTtlSeconds: values.number('dns_config.soa.min_ttl'),
    },
    useCache: values.bool('dns_config.use_cache'),
    cacheMaxAgeMs: values.durationMs('dns_config.cache_max_age'),
  };
}

function buildHttp(values: MergedValues, addresses: AddressBuilder): RuntimeConfig['http'] {
  return {
    blockEndpoints: values.texts('http_config.block_endpoints'),
    allowWriteFrom: addresses.cidrs('http_config.allow_write_http_from'),
    responseHeaders: values.textMap('http_config.response_headers'),
    useCache: values.bool('http_config.use_cache'),
    maxHeaderBytes: values.number('http_config.max_header_bytes'),
    defaultQueryTimeMs: values.durationMs('default_query_time'),
    maxQueryTimeMs: values.durationMs('max_query_time'),
    discoveryMaxStaleMs: values.durationMs('discovery_max_stale'),
    disableUnprintableCharFilter: values.bool('disable_http_unprintable_char_filter'),
  };
}

function buildChecks(values: MergedValues): RuntimeConfig['checks'] {
  return {
    enableRemoteScripts: values.bool('enable_script_checks'),
    enableLocalScripts: values.bool('enable_local_script_checks', values.bool('enable_script_checks')),
    updateIntervalMs: values.durationMs('check_update_interval'),
    outputMaxBytes: values.number('check_output_max_size'),
    discardOutput: values.bool('discard_check_output'),
    antiEntropyIntervalMs: values.durationMs('ae_interval'),
    deregisterIntervalMinMs: values.durationMs('check_deregister_interval_min'),
    reapIntervalMs: values.durationMs('check_reap_interval'),
  };
}

const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {TRACE: 'TRACE', DEBUG: 'DEBUG', INFO: 'INFO', WARN: 'WARN', ERR: 'ERROR', ERROR: 'ERROR'};

/** A log level as files and flags write it, or undefined when there is none of that name. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const level = text.toUpperCase();
  return Object.hasOwn(LOG_LEVELS, level) ? LOG_LEVELS[level] : undefined;
}

function buildLog(values: MergedValues): RuntimeConfig['log'] {
  return {
    level: parseLogLevel(values.text('log_level')) ?? 'INFO',
    levelText: values.text('log_level'),
    json: values.bool('log_json'),
    file: values.text('log_file'),
    rotateDurationMs: values.durationMs('log_rotate_duration') || DEFAULT_LOG_ROTATE_MS,
    rotateBytes: values.number('log_rotate_bytes'),
    rotateMaxFiles: values.number('log_rotate_max_files'),
    syslogEnabled: values.bool('enable_syslog'),
    syslogFacility: values.text('syslog_facility'),
  };
}

function buildTelemetry(values: MergedValues): RuntimeConfig['telemetry'] {
  const rules = values.texts('telemetry.prefix_filter');
  const allowed = rules.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1));
  const blocked = rules.filter((rule) => rule.startsWith('-')).map((rule) => rule.slice(1));
  const rpcServerCall = `${values.text('telemetry.metrics_prefix')}.rpc.server.call`;
  if (!allowed.includes(rpcServerCall)) blocked.push(rpcServerCall);
  return {
    metricsPrefix: values.text('telemetry.metrics_prefix'),
    filterDefault: values.bool('telemetry.filter_default'),
    allowedPrefixes: allowed,
    blockedPrefixes: [...new Set(blocked)],
    disableHostname: values.bool('telemetry.disable_hostname'),
    prometheusRetentionMs: values.durationMs('telemetry.prometheus_retention_time'),
    statsdAddress: values.text('telemetry.statsd_address'),
    statsiteAddress: values.text('telemetry.statsite_address'),
    dogstatsdAddress: values.text('telemetry.dogstatsd_addr'),
    dogstatsdTags: values.texts('telemetry.dogstatsd_tags'),
  };
}
