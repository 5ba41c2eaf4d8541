import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TokenResolver} from '../../acl/authorizer.ts';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {type AutopilotConfig} from '../../operator/schema.ts';
import {devRaftConfig, type RaftConfig} from '../../raft/raft-config.ts';
import {CountedRouter} from '../../rpc/counted-router.ts';
import {type NodeTls} from '../../rpc/net/node-tls.ts';
import {type Router} from '../../rpc/router.ts';
import {joinHostPort} from '../../runtime/host-port.ts';
import {type Gauge, type MetricSink} from '../../runtime/metrics.ts';
import {type SnapshotExchange} from '../../rpc/snapshot-exchange.ts';
import {type Logger} from '../../runtime/logger.ts';
import {systemRandom} from '../../runtime/random.ts';
import {systemClock} from '../../runtime/system-clock.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {Server} from '../../server/server.ts';
import {type AgentPools} from '../gossip/agent-pools.ts';
import {type AgentCore, type Stats} from './agent-core.ts';
import {callTimesOf} from './call-times-of.ts';
import {LastSeen, wasServer} from './last-seen.ts';
import {serverGauges} from './server-gauges.ts';

export interface ServerCoreOptions {
  readonly config: RuntimeConfig;
  readonly nodeId: string;
  readonly pools: AgentPools;
  readonly tls: NodeTls;
  readonly metrics: MetricSink;
  readonly resolver: TokenResolver;
  readonly logger: Logger;
  readonly onFatal: (error: unknown) => void;
}

/** An agent that is a server: the replicated state is in this process. */
export class ServerCore implements AgentCore {
  readonly server: Server;
  readonly router: Router;
  #config: RuntimeConfig;
  readonly #pools: AgentPools;
  /** Raft looks at it whenever it needs a setting, so a reload changes it in place. */
  readonly #raftConfig: RaftConfig;
  /** A dev agent has nothing that could be out of date. */
  readonly #lastSeen: LastSeen | undefined;
  /** A dev agent keeps its log in memory; its snapshots need a folder for as long as it runs. */
  readonly #temporaryDir: string | undefined;

  constructor({config, nodeId, pools, tls, metrics, resolver, logger, onFatal}: ServerCoreOptions) {
    this.#config = config;
    this.#pools = pools;
    this.#raftConfig = {...devRaftConfig, ...reloadableRaft(config), preVote: !config.raft.preVoteDisabled};
    this.#temporaryDir = config.dataDir === '' ? mkdtempSync(join(tmpdir(), 'proconsul-dev-')) : undefined;
    this.#lastSeen = config.devMode ? undefined : new LastSeen({dataDir: config.dataDir, ageMaxMs: config.serverRejoinAgeMaxMs, clock: systemClock, logger});
    const {network, raft, gossip, limits} = config;
    this.server = new Server({
      datacenter: config.datacenter,
      nodeId,
      nodeName: config.node.name,
      address: joinHostPort(network.rpcAdvertise.host, network.rpcAdvertise.port),
      port: {...network.rpcBind, handshakeTimeoutMs: limits.rpcHandshakeTimeoutMs, connectionsPerClientMax: limits.rpcMaxConnsPerClient, tls},
      raftDir: join(this.#temporaryDir ?? config.dataDir, 'raft'),
      inMemory: config.devMode,
      bootstrap: config.devMode || raft.bootstrap,
      bootstrapExpect: raft.bootstrapExpect,
      wasServer: !config.devMode && wasServer(config.dataDir),
      raft: this.#raftConfig,
      autopilot: autopilotOf(config),
      membership: pools.lan,
      wan: pools.wan,
      datacenters: () => pools.datacenters(),
      datacenterMaps: () => pools.datacenterMaps(),
      fireEvent: (name, payload) => pools.lan.serf.userEvent(name, payload),
      lanKeys: () => pools.lan.serf.keyManager,
      wanKeys: () => pools.wan?.serf.keyManager,
      forceLeave: (name) => pools.lan.serf.forceLeave(name),
      coordinates: {
        periodMs: gossip.coordinateUpdatePeriodMs,
        batchSize: gossip.coordinateUpdateBatchSize,
        batchesMax: gossip.coordinateUpdateMaxBatches,
      },
      sessionTtlMinMs: config.sessionTtlMinMs,
      requestLimits: limits.requestLimits,
      times: callTimesOf(() => this.#config),
      streaming: config.rpcEnableStreaming,
      resolver,
      metrics,
      clock: systemClock,
      random: systemRandom,
      logger,
      onFatal: (error) => {
        logger.error('Raft cannot go on', {error});
        onFatal(error);
      },
    });
    this.router = new CountedRouter(this.server.router, metrics);
  }

  get snapshots(): SnapshotExchange {
    return this.server.snapshots;
  }

  get open(): boolean {
    return this.server.open;
  }

  async start(): Promise<void> {
    this.#lastSeen?.start();
    await this.server.start();
  }

  reload(config: RuntimeConfig): void {
    this.#config = config;
    const {requestLimits, rpcMaxConnsPerClient} = config.limits;
    this.server.limit(requestLimits, rpcMaxConnsPerClient);
    Object.assign(this.#raftConfig, reloadableRaft(config));
  }

  async leave(): Promise<void> {
    await this.server.leave();
  }

  async left(): Promise<void> {
    await this.server.left();
  }

  async close(): Promise<void> {
    this.#lastSeen?.stop();
    await this.server.close();
    if (this.#temporaryDir !== undefined) rmSync(this.#temporaryDir, {recursive: true, force: true});
  }

  stats(): Readonly<Record<string, Stats>> {
    const {raft} = this.server;
    return {
      consul: {
        acl: this.#config.acl.enabled ? 'enabled' : 'disabled',
        bootstrap: String(this.#config.raft.bootstrap),
        known_datacenters: String(this.#pools.datacenters().length),
        leader: String(raft.role === 'leader'),
        leader_addr: raft.leader?.address ?? '',
        server: 'true',
      },
      raft: raft.stats(),
    };
  }

  gauges(): readonly Gauge[] {
    return serverGauges(this.server, this.#config.datacenter, this.#pools);
  }
}

/** What a reload changes of Raft (cli.md §4.6). The lease goes with the heartbeat: it may not be longer. */
function reloadableRaft({raft}: RuntimeConfig): Pick<RaftConfig, 'heartbeatTimeoutMs' | 'electionTimeoutMs' | 'leaderLeaseTimeoutMs' | 'snapshotThreshold' | 'snapshotIntervalMs' | 'trailingLogs'> {
  const {heartbeatTimeoutMs, electionTimeoutMs, leaderLeaseTimeoutMs, snapshotThreshold, snapshotIntervalMs, trailingLogs} = raft;
  return {heartbeatTimeoutMs, electionTimeoutMs, leaderLeaseTimeoutMs, snapshotThreshold, snapshotIntervalMs, trailingLogs};
}

function autopilotOf({raft}: RuntimeConfig): Partial<AutopilotConfig> {
  const {cleanupDeadServers, lastContactThresholdMs, maxTrailingLogs, minQuorum, serverStabilizationTimeMs} = raft.autopilot;
  return {
    CleanupDeadServers: cleanupDeadServers,
    LastContactThreshold: lastContactThresholdMs * NANOS_PER_MILLISECOND,
    MaxTrailingLogs: maxTrailingLogs,
    MinQuorum: minQuorum,
    ServerStabilizationTime: serverStabilizationTimeMs * NANOS_PER_MILLISECOND,
  };
}
