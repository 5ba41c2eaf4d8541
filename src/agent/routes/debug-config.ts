import {type GossipPoolConfig, type HostPort, type ListenAddress, type RuntimeConfig, type TlsListenerConfig} from '../../config/runtime-config.ts';
import {CONSUL_VERSION} from '../../program-version.ts';
import {joinHostPort} from '../../runtime/host-port.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {definedChecks, definedServices} from './debug-definitions.ts';
import {type DebugValue} from './debug-value.ts';
import {fixedDebugKeys} from './fixed-debug-keys.ts';

/** Stands wherever a secret would (http-core.md §7.1). */
const hidden = 'hidden';

const text = (ms: number): string => formatGoDuration(ms * NANOS_PER_MILLISECOND);
const tcp = ({host, port}: HostPort): string => `tcp://${joinHostPort(host, port)}`;
const listen = (address: ListenAddress): string => (address.network === 'tcp' ? tcp(address) : `unix://${address.path}`);
/** Go prints a rate without limit as the largest float there is. */
const rate = (perSecond: number): number => (perSecond === Infinity ? Number.MAX_VALUE : perSecond);

/** The running configuration under Consul's own names, as `/v1/agent/self` shows it. Keys of no effect here have Consul's defaults. */
export function debugConfig(config: RuntimeConfig, nodeId: string): {readonly [key: string]: DebugValue} {
  return {
    ...fixedDebugKeys,
    ...identity(config, nodeId),
    ...acl(config),
    ...networkPart(config),
    ...dns(config),
    ...http(config),
    ...gossip(config),
    ...raft(config),
    ...checks(config),
    ...limits(config),
    ...tls(config),
    ...telemetry(config),
  };
}

function identity(config: RuntimeConfig, nodeId: string): {readonly [key: string]: DebugValue} {
  const {node, log} = config;
  return {
    Datacenter: config.datacenter,
    PrimaryDatacenter: config.primaryDatacenter,
    NodeName: node.name,
    NodeID: nodeId,
    NodeMeta: node.meta,
    Locality: node.locality === null ? null : {Region: node.locality.region, Zone: node.locality.zone},
    TaggedAddresses: node.taggedAddresses,
    DataDir: config.dataDir,
    PidFile: config.pidFile,
    DevMode: config.devMode,
    ServerMode: config.server,
    EnableDebug: config.enableDebug,
    Experiments: config.experiments,
    DisableHostNodeID: node.disableHostNodeId,
    DisableRemoteExec: config.disableRemoteExec,
    DisableUpdateCheck: config.disableUpdateCheck,
    LeaveOnTerm: config.leaveOnTerminate,
    SkipLeaveOnInt: config.skipLeaveOnInterrupt,
    RPCProtocol: config.protocol,
    ServerRejoinAgeMax: text(config.serverRejoinAgeMaxMs),
    SessionTTLMin: text(config.sessionTtlMinMs),
    UseStreamingBackend: config.useStreamingBackend,
    RPCConfig: {EnableStreaming: config.rpcEnableStreaming},
    EnableCentralServiceConfig: config.enableCentralServiceConfig,
    DefaultIntentionPolicy: config.defaultIntentionPolicy,
    ConnectEnabled: config.connectEnabled,
    ConnectCAProvider: config.connect.caProvider,
    ConnectMeshGatewayWANFederationEnabled: config.connect.meshGatewayWanFederation,
    PeeringEnabled: config.peeringEnabled,
    AutoReloadConfig: config.autoReloadConfig,
    XDSUpdateRateLimit: rate(config.xdsUpdateMaxPerSecond),
    Services: definedServices(config),
    Checks: definedChecks(config),
    Logging: {
      EnableSyslog: log.syslogEnabled,
      LogFilePath: log.file,
      LogJSON: log.json,
      LogLevel: log.levelText,
      LogRotateBytes: log.rotateBytes,
      LogRotateDuration: text(log.rotateDurationMs),
      LogRotateMaxFiles: log.rotateMaxFiles,
      Name: '',
      SyslogFacility: log.syslogFacility,
    },
  };
}

function acl({acl: settings, datacenter, node, dataDir}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  return {
    ACLsEnabled: settings.enabled,
    ACLEnableKeyListPolicy: settings.enableKeyListPolicy,
    ACLInitialManagementToken: hidden,
    ACLTokenReplication: settings.enableTokenReplication,
    ACLResolverSettings: {
      ACLDefaultPolicy: settings.defaultPolicy,
      ACLDownPolicy: settings.downPolicy,
      ACLPolicyTTL: text(settings.policyTtlMs),
      ACLRoleTTL: text(settings.roleTtlMs),
      ACLTokenTTL: text(settings.tokenTtlMs),
      ACLsEnabled: settings.enabled,
      Datacenter: datacenter,
      EnterpriseMeta: {},
      NodeName: node.name,
    },
    ACLTokens: {
      ACLAgentRecoveryToken: hidden,
      ACLAgentToken: hidden,
      ACLConfigFileRegistrationToken: hidden,
      ACLDNSToken: hidden,
      ACLDefaultToken: hidden,
      ACLReplicationToken: hidden,
      DataDir: dataDir,
      EnablePersistence: settings.enableTokenPersistence,
      EnterpriseConfig: {},
    },
  };
}

function networkPart({network, join}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  const {ports, unixSockets} = network;
  return {
    BindAddr: network.bindAddress,
    ClientAddrs: network.clientAddresses,
    AdvertiseAddrLAN: network.advertiseLan,
    AdvertiseAddrWAN: network.advertiseWan,
    TranslateWANAddrs: network.translateWanAddresses,
    RPCBindAddr: tcp(network.rpcBind),
    RPCAdvertiseAddr: tcp(network.rpcAdvertise),
    ServerPort: ports.server,
    SerfPortLAN: ports.serfLan,
    SerfPortWAN: ports.serfWan,
    SerfBindAddrLAN: tcp(network.serfLanBind),
    SerfAdvertiseAddrLAN: tcp(network.serfLanAdvertise),
    SerfBindAddrWAN: network.serfWanBind === null ? '' : tcp(network.serfWanBind),
    SerfAdvertiseAddrWAN: network.serfWanAdvertise === null ? '' : tcp(network.serfWanAdvertise),
    SerfAllowedCIDRsLAN: network.serfLanAllowedCidrs,
    SerfAllowedCIDRsWAN: network.serfWanAllowedCidrs,
    DNSAddrs: network.dns.flatMap((address) => [tcp(address), tcp(address).replace('tcp', 'udp')]),
    DNSPort: ports.dns,
    HTTPAddrs: network.http.map(listen),
    HTTPPort: ports.http,
    HTTPSAddrs: network.https.map(listen),
    HTTPSPort: ports.https,
    GRPCAddrs: network.grpc.map(listen),
    GRPCPort: ports.grpc,
    GRPCTLSAddrs: network.grpcTls.map(listen),
    GRPCTLSPort: ports.grpcTls,
    ConnectSidecarMinPort: ports.sidecarMin,
    ConnectSidecarMaxPort: ports.sidecarMax,
    ExposeMinPort: ports.exposeMin,
    ExposeMaxPort: ports.exposeMax,
    UnixSocketUser: unixSockets.user,
    UnixSocketGroup: unixSockets.group,
    UnixSocketMode: unixSockets.mode,
    RetryJoinLAN: join.retryJoinLan,
    RetryJoinWAN: join.retryJoinWan,
    RetryJoinIntervalLAN: text(join.retryIntervalLanMs),
    RetryJoinIntervalWAN: text(join.retryIntervalWanMs),
    RetryJoinMaxAttemptsLAN: join.retryMaxLan,
    RetryJoinMaxAttemptsWAN: join.retryMaxWan,
    RejoinAfterLeave: join.rejoinAfterLeave,
    PrimaryGateways: join.primaryGateways,
    PrimaryGatewaysInterval: text(join.primaryGatewaysIntervalMs),
  };
}

function dns({dns: settings}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  return {
    DNSARecordLimit: settings.aRecordLimit,
    DNSAllowStale: settings.allowStale,
    DNSAltDomain: settings.altDomain,
    DNSCacheMaxAge: text(settings.cacheMaxAgeMs),
    DNSDisableCompression: settings.disableCompression,
    DNSDomain: settings.domain,
    DNSEnableTruncate: settings.enableTruncate,
    DNSMaxStale: text(settings.maxStaleMs),
    DNSNodeMetaTXT: settings.enableAdditionalNodeMetaTxt,
    DNSNodeTTL: text(settings.nodeTtlMs),
    DNSOnlyPassing: settings.onlyPassing,
    DNSRecursorStrategy: settings.recursorStrategy,
    DNSRecursorTimeout: text(settings.recursorTimeoutMs),
    DNSRecursors: settings.recursors,
    DNSSOA: {Refresh: settings.soa.refreshSeconds, Retry: settings.soa.retrySeconds, Expire: settings.soa.expireSeconds, Minttl: settings.soa.minTtlSeconds},
    DNSServiceTTL: Object.fromEntries(Object.entries(settings.serviceTtlMs).map(([name, ms]) => [name, text(ms)])),
    DNSUDPAnswerLimit: settings.udpAnswerLimit,
    DNSUseCache: settings.useCache,
  };
}

function http({http: settings, ui}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  return {
    AllowWriteHTTPFrom: settings.allowWriteFrom,
    HTTPBlockEndpoints: settings.blockEndpoints,
    HTTPMaxHeaderBytes: settings.maxHeaderBytes,
    HTTPResponseHeaders: settings.responseHeaders,
    HTTPUseCache: settings.useCache,
    DefaultQueryTime: text(settings.defaultQueryTimeMs),
    MaxQueryTime: text(settings.maxQueryTimeMs),
    DiscoveryMaxStale: text(settings.discoveryMaxStaleMs),
    DisableHTTPUnprintableCharFilter: settings.disableUnprintableCharFilter,
    UIConfig: {
      ContentPath: ui.contentPath,
      DashboardURLTemplates: ui.dashboardUrlTemplates,
      Dir: ui.dir,
      Enabled: ui.enabled,
      HCPEnabled: false,
      MetricsProvider: ui.metricsProvider,
      MetricsProviderFiles: ui.metricsProviderFiles,
      MetricsProviderOptionsJSON: ui.metricsProviderOptionsJson,
      MetricsProxy: {AddHeaders: ui.metricsProxy.addHeaders.map(({name}) => ({Name: name, Value: hidden})), BaseURL: ui.metricsProxy.baseUrl, PathAllowlist: ui.metricsProxy.pathAllowlist},
    },
  };
}

function gossip({gossip: settings}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  return {
    ...pool('LAN', settings.lan),
    ...pool('WAN', settings.wan),
    ReconnectTimeoutLAN: text(settings.lan.reconnectTimeoutMs),
    ReconnectTimeoutWAN: text(settings.wan.reconnectTimeoutMs),
    AdvertiseReconnectTimeout: text(settings.advertiseReconnectTimeoutMs),
    EncryptKey: hidden,
    StaticRuntimeConfig: {EncryptVerifyIncoming: settings.encryptVerifyIncoming, EncryptVerifyOutgoing: settings.encryptVerifyOutgoing},
    DisableKeyringFile: settings.disableKeyringFile,
    DisableCoordinates: settings.disableCoordinates,
    ConsulCoordinateUpdatePeriod: text(settings.coordinateUpdatePeriodMs),
    ConsulCoordinateUpdateBatchSize: settings.coordinateUpdateBatchSize,
    ConsulCoordinateUpdateMaxBatches: settings.coordinateUpdateMaxBatches,
    SyncCoordinateIntervalMin: text(settings.syncCoordinateIntervalMinMs),
    SyncCoordinateRateTarget: settings.syncCoordinateRateTargetPerSecond,
  };
}

function pool(name: 'LAN' | 'WAN', settings: GossipPoolConfig): {readonly [key: string]: DebugValue} {
  return {
    [`Gossip${name}GossipInterval`]: text(settings.gossipIntervalMs),
    [`Gossip${name}GossipNodes`]: settings.gossipNodes,
    [`Gossip${name}ProbeInterval`]: text(settings.probeIntervalMs),
    [`Gossip${name}ProbeTimeout`]: text(settings.probeTimeoutMs),
    [`Gossip${name}RetransmitMult`]: settings.retransmitMult,
    [`Gossip${name}SuspicionMult`]: settings.suspicionMult,
  };
}

function raft({raft: settings, performance}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  const {autopilot} = settings;
  return {
    Bootstrap: settings.bootstrap,
    BootstrapExpect: settings.bootstrapExpect,
    ConsulRaftElectionTimeout: text(settings.electionTimeoutMs),
    ConsulRaftHeartbeatTimeout: text(settings.heartbeatTimeoutMs),
    ConsulRaftLeaderLeaseTimeout: text(settings.leaderLeaseTimeoutMs),
    ConsulServerHealthInterval: text(settings.serverHealthIntervalMs),
    RaftProtocol: settings.protocol,
    RaftPreVoteDisabled: settings.preVoteDisabled,
    RaftSnapshotInterval: text(settings.snapshotIntervalMs),
    RaftSnapshotThreshold: settings.snapshotThreshold,
    RaftTrailingLogs: settings.trailingLogs,
    AutopilotCleanupDeadServers: autopilot.cleanupDeadServers,
    AutopilotLastContactThreshold: text(autopilot.lastContactThresholdMs),
    AutopilotMaxTrailingLogs: autopilot.maxTrailingLogs,
    AutopilotMinQuorum: autopilot.minQuorum,
    AutopilotServerStabilizationTime: text(autopilot.serverStabilizationTimeMs),
    LeaveDrainTime: text(performance.leaveDrainTimeMs),
    RPCHoldTimeout: text(performance.rpcHoldTimeoutMs),
  };
}

function checks({checks: settings}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  return {
    AEInterval: text(settings.antiEntropyIntervalMs),
    CheckDeregisterIntervalMin: text(settings.deregisterIntervalMinMs),
    CheckOutputMaxSize: settings.outputMaxBytes,
    CheckReapInterval: text(settings.reapIntervalMs),
    CheckUpdateInterval: text(settings.updateIntervalMs),
    DiscardCheckOutput: settings.discardOutput,
    EnableLocalScriptChecks: settings.enableLocalScripts,
    EnableRemoteScriptChecks: settings.enableRemoteScripts,
  };
}

function limits({limits: settings, cache}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  const modes = {disabled: 0, permissive: 1, enforcing: 2} as const;
  return {
    Cache: {EntryFetchMaxBurst: cache.entryFetchMaxBurst, EntryFetchRate: rate(cache.entryFetchRatePerSecond), Logger: null},
    HTTPMaxConnsPerClient: settings.httpMaxConnsPerClient,
    HTTPSHandshakeTimeout: text(settings.httpsHandshakeTimeoutMs),
    KVMaxValueSize: settings.kvMaxValueBytes,
    TxnMaxReqLen: settings.txnMaxRequestBytes,
    RPCClientTimeout: text(settings.rpcClientTimeoutMs),
    RPCHandshakeTimeout: text(settings.rpcHandshakeTimeoutMs),
    RPCMaxBurst: settings.rpcMaxBurst,
    RPCMaxConnsPerClient: settings.rpcMaxConnsPerClient,
    RPCRateLimit: rate(settings.rpcRatePerSecond),
    RequestLimitsMode: modes[settings.requestLimits.mode],
    RequestLimitsReadRate: rate(settings.requestLimits.readRatePerSecond),
    RequestLimitsWriteRate: rate(settings.requestLimits.writeRatePerSecond),
  };
}

function tls({tls: settings, node, server, dns: {domain}}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  const listener = (of: TlsListenerConfig, verifyServerHostname: boolean, useAutoCert: boolean): DebugValue => ({
    CAFile: of.caFile,
    CAPath: of.caPath,
    CertFile: of.certFile,
    CipherSuites: of.cipherSuites,
    KeyFile: hidden,
    TLSMinVersion: of.minVersion.replace('TLS_AUTO', 'TLSv1_2'),
    UseAutoCert: useAutoCert,
    VerifyIncoming: of.verifyIncoming,
    VerifyOutgoing: of.verifyOutgoing,
    VerifyServerHostname: verifyServerHostname,
  });
  return {
    AutoEncryptTLS: settings.autoEncryptTls,
    AutoEncryptAllowTLS: settings.autoEncryptAllowTls,
    EnableAgentTLSForChecks: settings.enableAgentTlsForChecks,
    ServerName: settings.serverName,
    TLS: {
      AutoTLS: settings.autoEncryptTls,
      Domain: domain,
      EnableAgentTLSForChecks: settings.enableAgentTlsForChecks,
      GRPC: listener(settings.grpc, false, settings.grpc.useAutoCert),
      HTTPS: listener(settings.https, false, false),
      InternalRPC: listener(settings.internalRpc, settings.internalRpc.verifyServerHostname, false),
      NodeName: node.name,
      ServerMode: server,
      ServerName: settings.serverName,
    },
  };
}

function telemetry({telemetry: settings}: RuntimeConfig): {readonly [key: string]: DebugValue} {
  return {
    Telemetry: {
      AllowedPrefixes: settings.allowedPrefixes,
      BlockedPrefixes: settings.blockedPrefixes,
      Disable: false,
      DisableHostname: settings.disableHostname,
      DogstatsdAddr: settings.dogstatsdAddress,
      DogstatsdTags: settings.dogstatsdTags,
      EnableHostMetrics: false,
      FilterDefault: settings.filterDefault,
      MetricsPrefix: settings.metricsPrefix,
      PrometheusOpts: {CounterDefinitions: [], Expiration: text(settings.prometheusRetentionMs), GaugeDefinitions: [], Name: settings.metricsPrefix, Registerer: null, SummaryDefinitions: []},
      RetryFailedConfiguration: true,
      StatsdAddr: settings.statsdAddress,
      StatsiteAddr: settings.statsiteAddress,
    },
    Version: CONSUL_VERSION,
  };
}
