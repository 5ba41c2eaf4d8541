import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {type GossipPoolConfig, type RuntimeConfig} from '../../config/runtime-config.ts';
import {type DatacenterMap} from '../../coordinate/schema.ts';
import {addressText, type Endpoint} from '../../gossip/endpoint.ts';
import {type SerfOptions} from '../../gossip/serf-options.ts';
import {Serf} from '../../gossip/serf.ts';
import {NetworkList} from '../../http/network-list.ts';
import {newCoordinate} from '../../schema/coordinate.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type NameResolver} from '../../runtime/name-resolver.ts';
import {type ServerMember, serverMembers} from '../../server/server-member.ts';
import {agentTags} from './agent-tags.ts';
import {FloodJoin} from './flood-join.ts';
import {GossipPool} from './gossip-pool.ts';
import {lanMergeProblem, wanMergeProblem} from './merge-checks.ts';
import {poolKeyring} from './pool-keyring.ts';
import {ownReapMs} from './own-reap-ms.ts';
import {retryJoin, type RetryJoinOptions} from './retry-join.ts';

export interface AgentPoolsOptions {
  readonly config: RuntimeConfig;
  readonly nodeId: string;
  readonly resolver: NameResolver;
  readonly clock: Clock;
  /** The pools' own, `agent.server` or `agent.client`. */
  readonly logger: Logger;
  /** `agent`, which tells of joins. */
  readonly agentLogger: Logger;
  /** The agent must end: another has our name, or nobody could be joined. */
  readonly onFatal: (error: unknown) => void;
  /** Other sockets than the machine's. */
  readonly openTransport?: SerfOptions['openTransport'];
}

/** The pools of an agent: the LAN of its datacenter, and for servers the WAN of all datacenters' servers. */
export class AgentPools {
  readonly lan: GossipPool;
  /** Undefined for clients, and where `ports.serf_wan` is off. */
  readonly wan: GossipPool | undefined;
  readonly #options: AgentPoolsOptions;
  readonly #flood: FloodJoin | undefined;
  readonly #stop = new AbortController();

  constructor(options: AgentPoolsOptions) {
    this.#options = options;
    const {config, nodeId, clock, logger} = options;
    const {network, node, datacenter, server} = config;
    const lanTags = agentTags(config, nodeId, 'lan');
    const {host, port} = network.serfLanAdvertise;
    this.lan = new GossipPool({name: node.name, address: host, port, tags: lanTags}, (onEvent) => this.#openLan(lanTags, onEvent));
    const advertise = network.serfWanAdvertise;
    if (!server || advertise === null) return;
    const wanTags = agentTags(config, nodeId, 'wan');
    const self = {name: `${node.name}.${datacenter}`, address: advertise.host, port: advertise.port, tags: wanTags};
    this.wan = new GossipPool(self, (onEvent) => this.#openWan(wanTags, onEvent));
    this.#flood = new FloodJoin({datacenter, lan: this.lan, wan: this.wan, clock, logger});
  }

  /** Binds the sockets. @throws Error for an address that is taken, or keys that are none */
  async open(): Promise<void> {
    await this.lan.open();
    await this.wan?.open();
  }

  /** Begins to look for others, for as long as the configuration says. */
  startJoining(): void {
    const {config, clock, agentLogger, onFatal} = this.#options;
    const {retryJoinLan, retryJoinWan, retryIntervalLanMs, retryIntervalWanMs, retryMaxLan, retryMaxWan} = config.join;
    const {lan, wan} = this;
    this.#flood?.start();
    const start = (options: Omit<RetryJoinOptions, 'clock' | 'logger' | 'signal'>): void => {
      retryJoin({...options, clock, logger: agentLogger, signal: this.#stop.signal}).catch((error: unknown) => {
        agentLogger.error('Retry join failed', {error});
        onFatal(error);
      });
    };
    start({pool: 'LAN', addresses: retryJoinLan, intervalMs: retryIntervalLanMs, retriesMax: retryMaxLan, join: (to) => lan.serf.join(to)});
    if (!config.server) return;
    const joinWan = (to: readonly string[]): Promise<number> => wan?.serf.join(to) ?? Promise.reject(new Error('WAN Federation is disabled'));
    start({pool: 'WAN', addresses: retryJoinWan, intervalMs: retryIntervalWanMs, retriesMax: retryMaxWan, join: joinWan});
  }

  /** Servers of this datacenter, as the LAN pool knows them. */
  localServers(): readonly ServerMember[] {
    const {datacenter} = this.#options.config;
    return serverMembers(this.lan.members()).filter((server) => server.datacenter === datacenter);
  }

  /** All known datacenters, ours first. */
  datacenters(): readonly string[] {
    const {datacenter} = this.#options.config;
    const servers = serverMembers(this.wan?.members() ?? []);
    const others = new Set(servers.filter(({status}) => status !== 'left').map((server) => server.datacenter));
    others.delete(datacenter);
    return [datacenter, ...[...others].sort()];
  }

  /** Where the servers of each datacenter are, as far as the WAN pool knows. */
  datacenterMaps(): readonly DatacenterMap[] {
    const {wan} = this;
    if (wan === undefined) return [];
    const servers = serverMembers(wan.members());
    return this.datacenters().map((datacenter) => ({
      Datacenter: datacenter,
      AreaID: 'wan',
      Coordinates: servers
        .filter((server) => server.datacenter === datacenter && server.status === 'alive')
        .map(({name}) => ({Node: name, Segment: '', Partition: '', Coord: wan.serf.coordinateOf(`${name}.${datacenter}`) ?? newCoordinate()})),
    }));
  }

  /** Takes leave of both pools in order: the others forget us at once instead of suspecting us. */
  async leave(): Promise<void> {
    await this.wan?.serf.leave();
    await this.lan.serf.leave();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#flood?.stop();
    await this.wan?.close();
    await this.lan.close();
  }

  async #openLan(tags: Record<string, string>, onEvent: SerfOptions['onEvent']): Promise<Serf> {
    const {config, nodeId} = this.#options;
    const {node, datacenter, network, gossip} = config;
    const own = {nodeId, nodeName: node.name, datacenter};
    return await Serf.create({
      ...(await this.#common('local', gossip.lan, 'lan')),
      ...(onEvent && {onEvent}),
      name: node.name,
      tags,
      profile: 'lan',
      bind: {address: network.serfLanBind.host, port: network.serfLanBind.port},
      advertise: {address: network.serfLanAdvertise.host, port: network.serfLanAdvertise.port},
      mergeCheck: (candidates) => lanMergeProblem(own, candidates),
      ...refusal(network.serfLanAllowedCidrs),
    });
  }

  async #openWan(tags: Record<string, string>, onEvent: SerfOptions['onEvent']): Promise<Serf> {
    const {config} = this.#options;
    const {node, datacenter, network, gossip} = config;
    const bind = network.serfWanBind ?? network.serfLanBind;
    const advertise = network.serfWanAdvertise ?? bind;
    return await Serf.create({
      ...(await this.#common('remote', gossip.wan, 'wan')),
      ...(onEvent && {onEvent}),
      name: `${node.name}.${datacenter}`,
      tags,
      profile: 'wan',
      bind: {address: bind.host, port: bind.port},
      advertise: {address: advertise.host, port: advertise.port},
      mergeCheck: (candidates) => wanMergeProblem(candidates),
      ...refusal(network.serfWanAllowedCidrs),
    });
  }

  async #common(files: 'local' | 'remote', pool: GossipPoolConfig, name: 'lan' | 'wan'): Promise<Omit<SerfOptions, 'name' | 'tags' | 'bind'>> {
    const {config, clock, resolver, logger, agentLogger, onFatal, openTransport} = this.#options;
    const loggers = {serf: logger.named(`serf.${name}`), memberlist: logger.named(`memberlist.${name}`)};
    const {gossip, dataDir, devMode, server} = config;
    if (!devMode && dataDir !== '') await mkdir(join(dataDir, 'serf'), {recursive: true, mode: 0o700});
    const keys = await poolKeyring(config, `${files}.keyring`, loggers.serf);
    return {
      ...keys,
      encryptVerifyIncoming: gossip.encryptVerifyIncoming,
      encryptVerifyOutgoing: gossip.encryptVerifyOutgoing,
      ...(!devMode && dataDir !== '' && {snapshotPath: join(dataDir, 'serf', `${files}.snapshot`)}),
      rejoinAfterLeave: config.join.rejoinAfterLeave,
      swim: {
        gossipIntervalMs: pool.gossipIntervalMs,
        gossipNodes: pool.gossipNodes,
        retransmitMult: pool.retransmitMult,
        probeIntervalMs: pool.probeIntervalMs,
        probeTimeoutMs: pool.probeTimeoutMs,
        suspicionMult: pool.suspicionMult,
      },
      times: pool.reconnectTimeoutMs === 0 ? {} : {reconnectTimeoutMs: pool.reconnectTimeoutMs},
      // A server whose name is taken stays and complains; its data would go with it.
      resolvesNameConflicts: !server,
      reapAfterMs: ({tags}) => ownReapMs(tags),
      onLostName: () => {
        const error = new Error('another member of the pool has the name of this node');
        agentLogger.error('The agent cannot stay in its pool', {error});
        onFatal(error);
      },
      log: (level, text) => loggers[text.startsWith('memberlist:') ? 'memberlist' : 'serf'][level](text),
      clock,
      ...(openTransport && {openTransport}),
      resolveHost: (host) => resolver.resolve(host),
    };
  }
}

/** Only members of these networks, where any are named. */
function refusal(cidrs: readonly string[]): Pick<SerfOptions, 'refuseAddress'> {
  if (cidrs.length === 0) return {};
  const allowed = new NetworkList(cidrs);
  return {
    refuseAddress: (endpoint: Endpoint) => (allowed.has(addressText(endpoint.addr)) ? null : `${addressText(endpoint.addr)} is not allowed`),
  };
}
