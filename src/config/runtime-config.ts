import {type CheckDefinition, type RawObject, type ServiceDefinition} from './definition-types.ts';

/** An address to listen on. Host names never stand here: `host` is an IP (IPv6 without brackets). */
export type ListenAddress =
  | {readonly network: 'tcp'; readonly host: string; readonly port: number}
  | {readonly network: 'unix'; readonly path: string};

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Who and what this agent is. */
export interface NodeConfig {
  readonly name: string;
  /** '' when the operator set none: the agent then uses `<data_dir>/node-id` or makes one. */
  readonly id: string;
  readonly disableHostNodeId: boolean;
  readonly meta: Readonly<Record<string, string>>;
  /** The operator's, plus lan, wan, lan_ipv4, … (config.md §5.1). */
  readonly taggedAddresses: Readonly<Record<string, string>>;
  readonly locality: {readonly region: string; readonly zone: string} | null;
}

/** Everything that listens or is advertised, already resolved. A disabled port is -1, its list of addresses empty. */
export interface NetworkConfig {
  readonly bindAddress: string;
  readonly clientAddresses: readonly string[];
  readonly advertiseLan: string;
  readonly advertiseWan: string;
  readonly ports: {
    readonly dns: number;
    readonly http: number;
    readonly https: number;
    readonly grpc: number;
    readonly grpcTls: number;
    readonly serfLan: number;
    readonly serfWan: number;
    readonly server: number;
    readonly proxyMin: number;
    readonly proxyMax: number;
    readonly sidecarMin: number;
    readonly sidecarMax: number;
    readonly exposeMin: number;
    readonly exposeMax: number;
  };
  readonly dns: readonly HostPort[];
  readonly http: readonly ListenAddress[];
  readonly https: readonly ListenAddress[];
  readonly grpc: readonly ListenAddress[];
  readonly grpcTls: readonly ListenAddress[];
  readonly rpcBind: HostPort;
  readonly rpcAdvertise: HostPort;
  readonly serfLanBind: HostPort;
  readonly serfLanAdvertise: HostPort;
  /** null when ports.serf_wan is disabled. */
  readonly serfWanBind: HostPort | null;
  readonly serfWanAdvertise: HostPort | null;
  readonly serfLanAllowedCidrs: readonly string[];
  readonly serfWanAllowedCidrs: readonly string[];
  readonly translateWanAddresses: boolean;
  /** `mode` is an octal string, as in the file; '' = leave as created. */
  readonly unixSockets: {readonly user: string; readonly group: string; readonly mode: string};
}

export interface JoinConfig {
  readonly retryJoinLan: readonly string[];
  readonly retryJoinWan: readonly string[];
  readonly retryIntervalLanMs: number;
  readonly retryIntervalWanMs: number;
  /** 0 = for ever */
  readonly retryMaxLan: number;
  readonly retryMaxWan: number;
  readonly rejoinAfterLeave: boolean;
  readonly primaryGateways: readonly string[];
  readonly primaryGatewaysIntervalMs: number;
}

export interface GossipPoolConfig {
  readonly gossipIntervalMs: number;
  readonly gossipNodes: number;
  readonly retransmitMult: number;
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly suspicionMult: number;
  /** How long a failed member is kept before it is reaped; 0: Serf's time. */
  readonly reconnectTimeoutMs: number;
}

export interface GossipConfig {
  readonly lan: GossipPoolConfig;
  readonly wan: GossipPoolConfig;
  /** base64 as in the file; '' = no encryption (unless a keyring file exists) */
  readonly encryptKey: string;
  readonly encryptVerifyIncoming: boolean;
  readonly encryptVerifyOutgoing: boolean;
  readonly disableKeyringFile: boolean;
  /** 0 = not advertised */
  readonly advertiseReconnectTimeoutMs: number;
  readonly disableCoordinates: boolean;
  readonly coordinateUpdatePeriodMs: number;
  readonly coordinateUpdateBatchSize: number;
  readonly coordinateUpdateMaxBatches: number;
  readonly syncCoordinateIntervalMinMs: number;
  readonly syncCoordinateRateTargetPerSecond: number;
}

export interface RaftConfig {
  /** Raft protocol version, always 3. */
  readonly protocol: number;
  readonly bootstrap: boolean;
  /** 0 when bootstrap or neither is set */
  readonly bootstrapExpect: number;
  /** Already multiplied by performance.raft_multiplier. */
  readonly electionTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly leaderLeaseTimeoutMs: number;
  readonly snapshotThreshold: number;
  readonly snapshotIntervalMs: number;
  readonly trailingLogs: number;
  readonly preVoteDisabled: boolean;
  readonly serverHealthIntervalMs: number;
  readonly autopilot: {
    readonly cleanupDeadServers: boolean;
    readonly lastContactThresholdMs: number;
    readonly maxTrailingLogs: number;
    readonly minQuorum: number;
    readonly serverStabilizationTimeMs: number;
  };
}

export interface PerformanceConfig {
  readonly raftMultiplier: number;
  readonly leaveDrainTimeMs: number;
  readonly rpcHoldTimeoutMs: number;
}

export interface LimitsConfig {
  readonly httpMaxConnsPerClient: number;
  readonly httpsHandshakeTimeoutMs: number;
  readonly rpcHandshakeTimeoutMs: number;
  readonly rpcClientTimeoutMs: number;
  /** requests a second; Infinity = no limit */
  readonly rpcRatePerSecond: number;
  readonly rpcMaxBurst: number;
  readonly rpcMaxConnsPerClient: number;
  readonly kvMaxValueBytes: number;
  readonly txnMaxRequestBytes: number;
  readonly requestLimits: {
    readonly mode: 'disabled' | 'permissive' | 'enforcing';
    readonly readRatePerSecond: number;
    readonly writeRatePerSecond: number;
  };
}

export interface AclConfig {
  readonly enabled: boolean;
  readonly defaultPolicy: string;
  readonly downPolicy: string;
  readonly tokenTtlMs: number;
  readonly policyTtlMs: number;
  readonly roleTtlMs: number;
  readonly enableKeyListPolicy: boolean;
  readonly enableTokenReplication: boolean;
  readonly enableTokenPersistence: boolean;
  /** '' = not set. Secrets: never logged. */
  readonly tokens: {
    readonly initialManagement: string;
    readonly default: string;
    readonly agent: string;
    readonly agentRecovery: string;
    readonly replication: string;
    readonly dns: string;
    readonly configFileServiceRegistration: string;
  };
}

export interface DnsConfig {
  /** with a trailing dot, as `consul.` */
  readonly domain: string;
  /** '' = none */
  readonly altDomain: string;
  /** `ip` or `ip:port`, unique, in order */
  readonly recursors: readonly string[];
  readonly recursorStrategy: 'sequential' | 'random';
  readonly recursorTimeoutMs: number;
  readonly allowStale: boolean;
  readonly maxStaleMs: number;
  readonly nodeTtlMs: number;
  /** service name, `prefix*` or `*` → TTL */
  readonly serviceTtlMs: Readonly<Record<string, number>>;
  readonly enableTruncate: boolean;
  readonly onlyPassing: boolean;
  readonly udpAnswerLimit: number;
  /** 0 = no limit */
  readonly aRecordLimit: number;
  readonly disableCompression: boolean;
  readonly enableAdditionalNodeMetaTxt: boolean;
  readonly soa: {readonly refreshSeconds: number; readonly retrySeconds: number; readonly expireSeconds: number; readonly minTtlSeconds: number};
  readonly useCache: boolean;
  readonly cacheMaxAgeMs: number;
}

export interface HttpConfig {
  readonly blockEndpoints: readonly string[];
  /** CIDRs; empty = all */
  readonly allowWriteFrom: readonly string[];
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly useCache: boolean;
  /** 0 = Go's default of 1 MiB */
  readonly maxHeaderBytes: number;
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
  readonly discoveryMaxStaleMs: number;
  readonly disableUnprintableCharFilter: boolean;
}

export interface UiConfig {
  readonly enabled: boolean;
  /** '' = the built-in UI */
  readonly dir: string;
  /** begins and ends with `/` */
  readonly contentPath: string;
  readonly metricsProvider: string;
  readonly metricsProviderFiles: readonly string[];
  readonly metricsProviderOptionsJson: string;
  readonly metricsProxy: {
    readonly baseUrl: string;
    readonly addHeaders: readonly {readonly name: string; readonly value: string}[];
    readonly pathAllowlist: readonly string[];
  };
  readonly dashboardUrlTemplates: Readonly<Record<string, string>>;
}

/** One listener's TLS, `tls.defaults` already folded in. */
export interface TlsListenerConfig {
  readonly caFile: string;
  readonly caPath: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** TLS_AUTO, TLSv1_0 … TLSv1_3 */
  readonly minVersion: string;
  /** as in the file, without spaces; empty = default */
  readonly cipherSuites: readonly string[];
  readonly verifyIncoming: boolean;
  readonly verifyOutgoing: boolean;
}

export interface TlsConfig {
  readonly internalRpc: TlsListenerConfig & {readonly verifyServerHostname: boolean};
  readonly https: TlsListenerConfig;
  readonly grpc: TlsListenerConfig & {readonly useAutoCert: boolean};
  readonly serverName: string;
  readonly enableAgentTlsForChecks: boolean;
  readonly autoEncryptTls: boolean;
  readonly autoEncryptAllowTls: boolean;
}

/** Where checks come from and how they may run. */
export interface ChecksConfig {
  readonly enableRemoteScripts: boolean;
  readonly enableLocalScripts: boolean;
  readonly updateIntervalMs: number;
  readonly outputMaxBytes: number;
  readonly discardOutput: boolean;
  /** anti-entropy and reaping; fixed values (config.md §6.11) */
  readonly antiEntropyIntervalMs: number;
  readonly deregisterIntervalMinMs: number;
  readonly reapIntervalMs: number;
}

export interface LogConfig {
  readonly level: LogLevel;
  /** As written; when it names no level the agent refuses to start (cli.md §4.1). */
  readonly levelText: string;
  readonly json: boolean;
  /** '' = none; a path ending in `/` is a folder (cli.md §4.3) */
  readonly file: string;
  readonly rotateDurationMs: number;
  readonly rotateBytes: number;
  readonly rotateMaxFiles: number;
  readonly syslogEnabled: boolean;
  readonly syslogFacility: string;
}

export interface TelemetryConfig {
  readonly metricsPrefix: string;
  readonly filterDefault: boolean;
  /** prefixes without their sign */
  readonly allowedPrefixes: readonly string[];
  readonly blockedPrefixes: readonly string[];
  readonly disableHostname: boolean;
  /** 0 = no Prometheus endpoint */
  readonly prometheusRetentionMs: number;
  readonly statsdAddress: string;
  readonly statsiteAddress: string;
  readonly dogstatsdAddress: string;
  readonly dogstatsdTags: readonly string[];
}

/**
 * What the agent runs with: every source merged, checked and in our units. Immutable; a reload makes another.
 * Which parts may change while running: `reload.ts`.
 */
export interface RuntimeConfig {
  readonly devMode: boolean;
  readonly server: boolean;
  readonly datacenter: string;
  readonly primaryDatacenter: string;
  /** '' only in dev mode */
  readonly dataDir: string;
  /** '' = none */
  readonly pidFile: string;
  /** Serf protocol version, 2..3 */
  readonly protocol: number;
  readonly enableDebug: boolean;
  readonly experiments: readonly string[];
  readonly leaveOnTerminate: boolean;
  readonly skipLeaveOnInterrupt: boolean;
  readonly serverRejoinAgeMaxMs: number;
  readonly autoReloadConfig: boolean;
  readonly disableUpdateCheck: boolean;
  readonly disableRemoteExec: boolean;
  readonly sessionTtlMinMs: number;
  readonly useStreamingBackend: boolean;
  readonly rpcEnableStreaming: boolean;
  readonly enableCentralServiceConfig: boolean;
  readonly defaultIntentionPolicy: string;
  readonly connectEnabled: boolean;
  readonly peeringEnabled: boolean;
  readonly connect: {readonly caProvider: string; readonly caConfig: RawObject; readonly meshGatewayWanFederation: boolean};
  readonly configEntriesBootstrap: readonly RawObject[];
  readonly cache: {readonly entryFetchRatePerSecond: number; readonly entryFetchMaxBurst: number};
  readonly xdsUpdateMaxPerSecond: number;

  readonly node: NodeConfig;
  readonly network: NetworkConfig;
  readonly join: JoinConfig;
  readonly gossip: GossipConfig;
  readonly raft: RaftConfig;
  readonly performance: PerformanceConfig;
  readonly limits: LimitsConfig;
  readonly acl: AclConfig;
  readonly dns: DnsConfig;
  readonly http: HttpConfig;
  readonly ui: UiConfig;
  readonly tls: TlsConfig;
  readonly checks: ChecksConfig;
  readonly log: LogConfig;
  readonly telemetry: TelemetryConfig;

  readonly services: readonly ServiceDefinition[];
  readonly nodeChecks: readonly CheckDefinition[];
  /** config.md §7.3; handlers and parameters are checked by the agent at start and reload */
  readonly watches: readonly RawObject[];

  /** Files and folders given on the command line, for auto_reload_config. */
  readonly configPaths: readonly string[];
}
