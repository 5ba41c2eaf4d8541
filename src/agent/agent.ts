import {type TokenResolver} from '../acl/authorizer.ts';
import {catalogRoutes} from '../catalog/catalog-routes.ts';
import {healthRoutes} from '../catalog/health-routes.ts';
import {internalRoutes} from '../catalog/internal-routes.ts';
import {CatalogLookups} from '../catalog/lookups.ts';
import {type LoadedConfig} from '../config/load-config.ts';
import {diffConfig, type ReloadSlice} from '../config/reload.ts';
import {type RuntimeConfig} from '../config/runtime-config.ts';
import {type DnsConfig} from '../dns/dns-config.ts';
import {coordinateRoutes} from '../coordinate/routes.ts';
import {DnsEngine} from '../dns/dns-engine.ts';
import {DnsServer} from '../dns/server/dns-server.ts';
import {ReceivedEvents} from '../event/received-events.ts';
import {eventRoutes} from '../event/routes.ts';
import {decodeEvent, eventPrefix} from '../event/wire-event.ts';
import {Dialer} from '../health/dialer.ts';
import {dockerHostDefault} from '../health/docker-probe.ts';
import {Dispatcher} from '../http/dispatcher.ts';
import {type ApiListener} from '../http/api-listener.ts';
import {HotAnswers} from '../http/hot-answers.ts';
import {type Route} from '../http/route.ts';
import {kvRoutes} from '../kv/routes.ts';
import {keyringRoutes} from '../operator/keyring-routes.ts';
import {autopilotRoutes} from '../operator/autopilot-routes.ts';
import {raftRoutes} from '../operator/raft-routes.ts';
import {usageRoutes} from '../operator/usage-routes.ts';
import {snapshotRoutes} from '../operator/snapshot-routes.ts';
import {statusRoutes} from '../operator/status-routes.ts';
import {type Logger, type LogLevel} from '../runtime/logger.ts';
import {IntervalMetrics} from '../runtime/metrics.ts';
import {eventLoopPollBarrier} from '../runtime/poll-barrier.ts';
import {SystemNameResolver} from '../runtime/name-resolver.ts';
import {pause} from '../runtime/pause.ts';
import {systemRandom} from '../runtime/random.ts';
import {SerialQueue} from '../runtime/serial-queue.ts';
import {systemClock} from '../runtime/system-clock.ts';
import {newLeaderEvent} from '../server/leader/new-leader-event.ts';
import {sessionRoutes} from '../session/routes.ts';
import {textOfByteString} from '../wire/byte-string.ts';
import {txnRoutes} from '../txn/routes.ts';
import {agentUi} from './agent-ui.ts';
import {ApiListeners} from './api-listeners.ts';
import {ConfigWatcher} from './config-watcher.ts';
import {type AgentCore} from './core/agent-core.ts';
import {ClientCore} from './core/client-core.ts';
import {ServerCore} from './core/server-core.ts';
import {AgentPools} from './gossip/agent-pools.ts';
import {CoordinateSender} from './gossip/coordinate-sender.ts';
import {clientServices, serverServices} from './grpc/external-services.ts';
import {GrpcListeners} from './grpc/grpc-listeners.ts';
import {type UserEvent as PoolUserEvent} from './gossip/gossip-pool.ts';
import {dispatchOptions} from './dispatch-options.ts';
import {chunkedBodyBytesMax} from './limits.ts';
import {AgentCheckRunners} from './local/agent-check-runners.ts';
import {LocalAgent} from './local/local-agent.ts';
import {type AgentLog} from './log/agent-log.ts';
import {agentCheckRoutes} from './routes/agent-check-routes.ts';
import {agentHealthRoutes} from './routes/agent-health-routes.ts';
import {membershipRoutes} from './routes/membership-routes.ts';
import {restOfRoutes} from './routes/rest-of-routes.ts';
import {type AgentRouteOptions} from './routes/agent-access.ts';
import {GcTally, processGauges} from './routes/agent-metrics.ts';
import {agentSelfRoutes, type AgentSelfOptions} from './routes/agent-self-routes.ts';
import {agentServiceRoutes} from './routes/agent-service-routes.ts';
import {agentStats} from './routes/agent-stats.ts';
import {type AgentTls, tlsPaths} from './tls/agent-tls.ts';

export interface AgentOptions {
  readonly config: RuntimeConfig;
  /** Reads all sources of the configuration again. @throws ConfigError with Consul's text */
  readonly loadConfig: () => LoadedConfig;
  readonly nodeId: string;
  readonly log: AgentLog;
  readonly tls: AgentTls;
  readonly resolver: TokenResolver;
  readonly onFatal: (error: unknown) => void;
  /** The agent was told to leave, has left, and is to end. */
  readonly onLeft: () => void;
}

/** What a reload changes in the running agent; of the rest it says that a restart is needed. */
const reloadable = new Set<ReloadSlice>(['log_level', 'services', 'checks', 'node_meta', 'acl_tokens', 'discard_check_output', 'dns', 'tls', 'http_limits', 'rpc_limits', 'request_limits', 'raft', 'telemetry_filter']);

/** The composition root: builds the rooms, starts them in order, and closes them in the reverse. */
export class Agent {
  #config: RuntimeConfig;
  readonly #options: AgentOptions;
  readonly #logger: Logger;
  readonly #metrics = new IntervalMetrics(systemClock);
  readonly #collections = new GcTally(this.#metrics);
  readonly #pools: AgentPools;
  readonly #core: AgentCore;
  readonly #local: LocalAgent;
  readonly #events: ReceivedEvents;
  /** Undefined with `disable_coordinates`. */
  readonly #coordinates: CoordinateSender | undefined;
  #watcher: ConfigWatcher | undefined;
  readonly #reloads = new SerialQueue();
  #dns: DnsServer | undefined;
  #dnsEngine: DnsEngine | undefined;
  #grpc: GrpcListeners | undefined;
  #apis: ApiListeners | undefined;

  constructor(options: AgentOptions) {
    const {config, nodeId, log, tls, resolver, onFatal} = options;
    this.#options = options;
    this.#config = config;
    this.#logger = log.logger('agent');
    const names = new SystemNameResolver({clock: systemClock});
    const role = log.logger(config.server ? 'agent.server' : 'agent.client');
    this.#pools = new AgentPools({
      config,
      nodeId,
      resolver: names,
      clock: systemClock,
      logger: role,
      agentLogger: this.#logger,
      onFatal,
    });
    this.#core = config.server
      ? new ServerCore({config, nodeId, pools: this.#pools, tls: tls.rpc, metrics: this.#metrics, resolver, logger: role, onFatal})
      : new ClientCore(config, this.#pools, tls.rpc, this.#metrics, role);
    this.#local = new LocalAgent({
      config,
      nodeId,
      router: this.#core.router,
      membership: this.#pools.lan,
      runners: (state) =>
        new AgentCheckRunners({
          state,
          router: this.#core.router,
          datacenter: config.datacenter,
          token: () => config.acl.tokens.default,
          outputBytesMax: config.checks.outputMaxBytes,
          dockerHost: process.env['DOCKER_HOST'] || dockerHostDefault,
          dialer: new Dialer({resolver: names, clock: systemClock}),
          tlsContext: () => tls.checks,
          polls: eventLoopPollBarrier,
          clock: systemClock,
          random: systemRandom,
          logger: this.#logger,
        }),
      clock: systemClock,
      random: systemRandom,
      logger: this.#logger,
    });
    this.#events = new ReceivedEvents({
      nodeName: config.node.name,
      services: () => this.#local.state.services().map(({service}) => ({name: service.Service, tags: service.Tags ?? []})),
    });
    this.#pools.lan.onUserEvent((event) => this.#receive(event));
    if (config.gossip.disableCoordinates) return;
    this.#coordinates = new CoordinateSender({
      lan: this.#pools.lan,
      router: this.#core.router,
      nodeName: config.node.name,
      datacenter: config.datacenter,
      token: () => this.#config.acl.tokens.agent || this.#config.acl.tokens.default,
      intervalMinMs: config.gossip.syncCoordinateIntervalMinMs,
      rateTargetPerSecond: config.gossip.syncCoordinateRateTargetPerSecond,
      clock: systemClock,
      random: systemRandom,
      logger: this.#logger,
    });
  }

  /** @returns the HTTP listeners. @throws what kept a room from starting; what had started is closed by `close` */
  async start(): Promise<readonly ApiListener[]> {
    this.#collections.start();
    await this.#pools.open();
    await this.#core.start();
    await this.#local.start();
    this.#pools.startJoining();
    this.#coordinates?.start();
    this.#dnsEngine = this.#makeDnsEngine();
    await this.#openDns(this.#dnsEngine);
    await this.#openGrpc(this.#dnsEngine);
    const routes = this.#routes();
    const hot = new HotAnswers(this.#core);
    const dispatcher = new Dispatcher(dispatchOptions(this.#config, this.#logger.named('http'), this.#metrics), hot);
    const ui = agentUi(this.#config, this.#logger.named('http'));
    this.#apis = new ApiListeners({
      config: this.#config,
      tls: this.#options.tls,
      routes,
      ...(ui !== undefined && {ui}),
      dispatcher,
      hot,
      clock: systemClock,
      logger: this.#logger,
    });
    const listeners = await this.#apis.open();
    this.#watchConfig();
    return listeners;
  }

  /** Takes leave of the pools, so that nobody waits for us; then there is time for what was still under way. */
  async leave(): Promise<void> {
    this.#logger.info(this.#config.server ? 'server starting leave' : 'client starting leave');
    this.#local.holdBack();
    await this.#core.leave();
    await this.#pools.leave();
    await pause(systemClock, this.#config.server ? this.#config.performance.leaveDrainTimeMs : 0);
    await this.#core.left();
  }

  /** Stops accepting, ends what is open, lets Raft finish its writes. */
  async close(): Promise<void> {
    this.#watcher?.stop();
    this.#collections.stop();
    await this.#apis?.close();
    await this.#grpc?.close();
    await this.#dns?.close();
    this.#coordinates?.stop();
    await this.#local.close();
    await this.#pools.close();
    await this.#core.close();
    this.#logger.info('shutdown complete');
  }

  /**
   * Reads the configuration again and puts into effect what a running agent can change (agent-checks.md §14).
   * @throws ConfigError or ConsulError with what is wrong; nothing has changed then
   */
  reload(): Promise<void> {
    return this.#reloads.run(() => this.#reload());
  }

  async #reload(): Promise<void> {
    this.#logger.info('Reloading configuration...');
    const {config, warnings} = this.#options.loadConfig();
    const {changed, ignored} = diffConfig(this.#config, config);
    const putTlsIntoEffect = this.#options.tls.prepare(config);
    await this.#local.reload(config);
    putTlsIntoEffect();
    this.#apis?.reload(config);
    this.#core.reload(config);
    this.#config = config;
    this.#options.log.setLevel(config.log.level.toLowerCase() as LogLevel);
    this.#dnsEngine?.reload(dnsConfigOf(config));
    for (const warning of [...warnings, ...ignored]) this.#logger.warn(warning);
    for (const slice of changed) {
      if (!reloadable.has(slice)) this.#logger.warn('changed, which takes effect at the next start', {settings: slice});
    }
  }

  #watchConfig(): void {
    const {autoReloadConfig, configPaths} = this.#config;
    if (!autoReloadConfig) return;
    const paths = (): readonly string[] => [...configPaths, ...tlsPaths(this.#config)];
    this.#watcher = new ConfigWatcher({paths, reload: () => this.reload(), clock: systemClock, logger: this.#logger});
    this.#watcher.start();
  }

  /** Events of the pool that are Consul's; those of other programs are none of ours. */
  #receive({name, payload, ltime}: PoolUserEvent): void {
    if (name === newLeaderEvent) {
      this.#logger.info('New leader elected', {payload: textOfByteString(payload)});
      this.#local.syncSoon();
    } else if (name.startsWith(eventPrefix)) {
      try {
        this.#events.receive(decodeEvent(payload, ltime));
      } catch (error) {
        this.#logger.error('Failed to decode event', {event: name, error});
      }
    }
  }

  /** DNS is asked on its own port, and over gRPC. */
  #makeDnsEngine(): DnsEngine {
    const {datacenter} = this.#config;
    const config = (): RuntimeConfig => this.#config;
    const logger = this.#logger.named('dns');
    const lookups = new CatalogLookups({
      router: this.#core.router,
      datacenter,
      token: () => this.#config.acl.tokens.dns || this.#config.acl.tokens.default,
      // A reload changes these.
      get allowStale() {
        return config().dns.allowStale;
      },
      get maxStaleNs() {
        return config().dns.maxStaleMs * 1e6;
      },
      cache: () => (this.#config.dns.useCache ? {maxAgeNs: this.#config.dns.cacheMaxAgeMs * 1e6} : undefined),
      mayServeKept: () => this.#core.open,
      logger,
    });
    return new DnsEngine({config: dnsConfigOf(this.#config), lookups, clock: systemClock, random: systemRandom, logger});
  }

  async #openDns(engine: DnsEngine): Promise<void> {
    const {dns: addresses} = this.#config.network;
    this.#dns = await DnsServer.open({engine, clock: systemClock, logger: this.#logger.named('dns'), addresses});
    for (const {host, port} of addresses) {
      for (const transport of ['udp', 'tcp']) this.#logger.info('Started DNS server', {address: `${host}:${port}`, network: transport});
    }
  }

  async #openGrpc(dns: DnsEngine): Promise<void> {
    const {tls, resolver} = this.#options;
    const {server, datacenter} = this.#config;
    const methods = server ? serverServices({dns, lan: this.#pools.lan, wan: this.#pools.wan, datacenter, resolver}) : clientServices({dns});
    this.#grpc = new GrpcListeners({config: this.#config, tls: () => tls.grpc, methods, clock: systemClock, logger: this.#logger.named('grpc')});
    await this.#grpc.open();
  }

  #routes(): readonly Route[] {
    const {router} = this.#core;
    const {datacenter, http, limits, network, node, ui} = this.#config;
    const defaults = {datacenter, token: () => this.#config.acl.tokens.default, discoveryMaxStaleNs: http.discoveryMaxStaleMs * 1e6, ignoresCached: !http.useCache};
    const domain = {router, defaults, nodeName: node.name, bodyBytesMax: chunkedBodyBytesMax};
    const catalog = {...domain, translateWanAddresses: network.translateWanAddresses, saysStreaming: this.#config.server && this.#config.useStreamingBackend};
    const own = {local: this.#local, resolver: this.#options.resolver, defaults, bodyBytesMax: chunkedBodyBytesMax};
    const served = [
      ...agentServiceRoutes(own),
      ...agentCheckRoutes(own),
      ...agentHealthRoutes(own),
      ...agentSelfRoutes({...own, ...this.#selfOptions()}),
      ...membershipRoutes({...own, pools: this.#pools, isServer: this.#config.server, leave: () => this.#leaveAndEnd()}),
      ...catalogRoutes(catalog),
      ...healthRoutes(catalog),
      ...internalRoutes({...catalog, uiEnabled: ui.enabled || ui.dir !== ''}),
      ...sessionRoutes({...domain, isServer: this.#config.server}),
      ...txnRoutes({router, defaults, bodyBytesMax: limits.txnMaxRequestBytes, valueBytesMax: limits.kvMaxValueBytes}),
      ...kvRoutes({router, defaults, valueBytesMax: limits.kvMaxValueBytes, chunkedBytesMax: chunkedBodyBytesMax}),
      ...eventRoutes({router, defaults, resolver: this.#options.resolver, events: this.#events, bodyBytesMax: chunkedBodyBytesMax, clock: systemClock}),
      ...coordinateRoutes({router, defaults, bodyBytesMax: chunkedBodyBytesMax}),
      ...raftRoutes({router, defaults}),
      ...autopilotRoutes({router, defaults, bodyBytesMax: chunkedBodyBytesMax}),
      ...usageRoutes({router, defaults}),
      ...keyringRoutes({router, defaults, bodyBytesMax: chunkedBodyBytesMax}),
      ...snapshotRoutes({snapshots: this.#core.snapshots, defaults}),
      ...statusRoutes(router, defaults),
    ];
    return [...served, ...restOfRoutes(served)];
  }

  /** What `consul leave` does: the agent ends once its answer is on the way. */
  async #leaveAndEnd(): Promise<void> {
    await this.leave();
    setImmediate(() => this.#options.onLeft());
  }

  #selfOptions(): Omit<AgentSelfOptions, keyof AgentRouteOptions> {
    const {nodeId, log} = this.#options;
    return {
      config: () => this.#config,
      nodeId,
      membership: this.#pools.lan,
      log,
      clock: systemClock,
      coordinate: () => this.#pools.lan.serf.coordinate,
      stats: () => agentStats(this.#core, this.#local, this.#pools),
      measured: {metrics: this.#metrics, gauges: () => [...processGauges(this.#collections), ...this.#core.gauges()]},
      reload: () => this.reload(),
    };
  }
}

function dnsConfigOf({dns, datacenter, network}: RuntimeConfig): DnsConfig {
  return {...dns, datacenter, translateWanAddresses: network.translateWanAddresses};
}
