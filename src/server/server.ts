import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {CoordinateBatches} from '../coordinate/coordinate-batches.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {autopilotConfig} from '../operator/autopilot-config.ts';
import {type Cluster} from '../operator/cluster.ts';
import {type AutopilotConfig, autopilotDefaults} from '../operator/schema.ts';
import {statusPeers, statusRaftStats} from '../operator/status-methods.ts';
import {type RaftNodeOptions} from '../raft/driver/raft-node-options.ts';
import {RaftNode} from '../raft/driver/raft-node.ts';
import {BatchedLogStore} from '../raft/log/batched-log-store.ts';
import {LevelDisk} from '../raft/log/level-disk.ts';
import {SimulatedDisk} from '../raft/log/simulated-disk.ts';
import {DirectorySnapshotStore} from '../raft/snapshot/directory-snapshot-store.ts';
import {BlockingReader} from '../rpc/blocking-reader.ts';
import {GrpcCalls} from '../rpc/grpc/grpc-calls.ts';
import {GrpcPool} from '../rpc/grpc/grpc-pool.ts';
import {type Method} from '../rpc/method.ts';
import {firstByte} from '../rpc/net/first-byte.ts';
import {RequestLimiter, type RequestLimits} from '../rpc/request-limiter.ts';
import {serveSnapshot} from '../rpc/snapshot-exchange.ts';
import {eventLoopPollBarrier} from '../runtime/poll-barrier.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {KeptAnswers} from '../store/kept.ts';
import {Store} from '../store/store.ts';
import {BootstrapExpect} from './bootstrap-expect.ts';
import {cascades} from './cascades.ts';
import {ClusterRouter} from './cluster-router.ts';
import {Departure} from './departure.ts';
import {FeatureProposer} from './feature-proposer.ts';
import {claimRaftFolder} from './foreign-raft.ts';
import {AgreedFeatures} from './leader/agreed-features.ts';
import {Autopilot} from './leader/autopilot.ts';
import {LeaderDuties} from './leader/leader-duties.ts';
import {memberCatalog} from './leader/member-catalog.ts';
import {MemberReconciler} from './leader/member-reconciler.ts';
import {announceLeadership} from './leader/new-leader-event.ts';
import {RaftMembers} from './leader/raft-members.ts';
import {TombstoneGc} from './leader/tombstone-gc.ts';
import {preVoteSince, statsTimeoutMs} from './limits.ts';
import {LockDelays} from './lock-delays.ts';
import {MemberDirectory} from './member-directory.ts';
import {recoverFromPeersFile} from './peers-file.ts';
import {RaftCluster} from './raft-cluster.ts';
import {raftLogFolder, raftSnapshotFolder} from './raft-folders.ts';
import {RaftLeadership} from './raft-leadership.ts';
import {RaftProposer} from './raft-proposer.ts';
import {serverEndpoints} from './server-endpoints.ts';
import {ServerFsm} from './server-fsm.ts';
import {ServerGrpc, serverProgress} from './server-grpc.ts';
import {ServerHealth} from './server-health.ts';
import {type ServerMember} from './server-member.ts';
import {type ServerOptions} from './server-options.ts';
import {ServerPort} from './server-port.ts';
import {ServerStatus} from './server-status.ts';
import {SessionTimers} from './session-timers.ts';
import {SnapshotService} from './snapshot-service.ts';
import {commands, records} from './state-machine.ts';

/** A server: the replicated state, the Raft that feeds it, and the endpoints that read and write it. */
export class Server {
  readonly store = new Store();
  readonly kept = new KeptAnswers();
  readonly raft: RaftNode;
  readonly cluster: Cluster;
  readonly router: ClusterRouter;
  readonly snapshots: SnapshotService;
  readonly #port: ServerPort;
  readonly #grpc: ServerGrpc;
  readonly #bootstrap: BootstrapExpect;
  readonly #options: ServerOptions;
  readonly #duties: LeaderDuties;
  readonly #coordinates: CoordinateBatches;
  readonly #reconciler: MemberReconciler;
  readonly #health: ServerHealth;
  readonly #limiter: RequestLimiter;
  readonly #departure: Departure;
  /** Of the last time this server came to lead. */
  #takingUpDuties: Promise<void> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.#options = options;
    const {datacenter, nodeId, address, membership, resolver, times, clock, random, logger} = options;
    const delays = new LockDelays(clock);
    const directory = new MemberDirectory(datacenter, membership, options.wan);
    this.#port = new ServerPort({
      ...options.port,
      datacenter,
      self: {id: nodeId, address},
      addressOf: (id) => directory.addressOf(id),
      knowsPreVote: (id) => !directory.isBefore(id, preVoteSince),
      clock,
      logger,
    });
    this.raft = this.#raftOn(delays);
    this.#departure = new Departure({ownId: nodeId, raft: this.raft, clock, logger});
    const leadership = new RaftLeadership(this.raft);
    this.#limiter = new RequestLimiter(options.requestLimits, clock, logger.named('rpc-rate-limit'));
    const grpcPool = new GrpcPool({dial: this.#port.dial, clock});
    this.router = new ClusterRouter({datacenter, address, leadership, directory, pool: new GrpcCalls(this.#port.pool, grpcPool, clock), times, limiter: this.#limiter, clock, random});
    const reader = new BlockingReader({store: this.store, resolver, leadership, clock, random, defaultQueryTimeMs: times.defaultQueryTimeMs, maxQueryTimeMs: times.maxQueryTimeMs});
    const raftProposer = new RaftProposer(this.raft, options.metrics);
    const features = new AgreedFeatures({datacenter, membership, store: this.store, proposer: raftProposer, clock, logger});
    const proposer = new FeatureProposer(raftProposer, features);
    const timers = new SessionTimers({datacenter, store: this.store, proposer, clock, polls: eventLoopPollBarrier, logger: logger.named('session')});
    const status = new ServerStatus(this.raft, leadership);
    this.#health = this.#healthOfServers(status);
    this.cluster = new RaftCluster({raft: this.raft, membership, health: this.#health, store: this.store});
    this.#reconciler = this.#reconcilerOf(proposer);
    this.#duties = this.#dutiesOf(proposer, timers, features);
    this.raft.onRole(({role}) => {
      if (role === 'leader') this.#takingUpDuties = this.#duties.gained();
      else this.#duties.lost();
    });
    this.#bootstrap = this.#firstCluster();
    this.snapshots = this.#snapshotsUnder(leadership);
    this.#port.handle(firstByte.snapshot, (stream) => {
      serveSnapshot(stream, this.snapshots).catch((error: unknown) => {
        logger.error('snapshot exchange failed', {error});
        stream.destroy();
      });
    });
    this.#grpc = this.#grpcUnder(leadership, grpcPool);
    this.#port.handle(firstByte.grpc, (stream, peer) => this.#grpc.accept(stream, peer));
    this.#coordinates = new CoordinateBatches({...options.coordinates, proposer, clock, logger});
    this.router.serve(serverEndpoints({
      options, store: this.store, kept: this.kept, cluster: this.cluster, coordinates: this.#coordinates, router: this.router, reader, proposer, status, leadership, timers, delays,
    }));
  }

  #raftOn(delays: LockDelays): RaftNode {
    const {nodeId: id, address, wasServer: wasMember, clock, random, raft: config, onFatal, logger} = this.#options;
    const fsm = new ServerFsm({
      store: this.store,
      commands,
      records,
      neighbours: cascades,
      observe: (facts) => {
        delays.observe(facts);
        this.#duties.observe(facts);
      },
      replaced: () => {
        delays.clear();
        this.#grpc.stateReplaced();
      },
    });
    const raft = new RaftNode({...raftStores(this.#options), id, address, fsm, transport: this.#port.transport, clock, random, config, wasMember, logger: logger.named('raft')});
    raft.onFatal(onFatal);
    return raft;
  }

  /** What Autopilot is told to do until somebody has set it otherwise. */
  get #initialAutopilot(): AutopilotConfig {
    return {...autopilotDefaults, ...this.#options.autopilot};
  }

  #healthOfServers(status: ServerStatus): ServerHealth {
    const {datacenter, nodeId: ownId, membership, clock, logger} = this.#options;
    const initial = this.#initialAutopilot;
    return new ServerHealth({
      datacenter,
      ownId,
      raft: this.raft,
      membership,
      config: () => autopilotConfig(this.store.view()) ?? initial,
      ownStats: () => status.raftStats(),
      statsOf: (server) => this.#ask(server, statusRaftStats, {}),
      clock,
      logger: logger.named('autopilot'),
    });
  }

  #reconcilerOf(proposer: Proposer): MemberReconciler {
    const {datacenter, nodeId, membership, clock, logger} = this.#options;
    return new MemberReconciler({
      datacenter,
      membership,
      catalog: memberCatalog(this.store),
      proposer,
      servers: new RaftMembers(this.raft, nodeId, logger),
      barrier: this.#barrier,
      clock,
      logger,
    });
  }

  /** What a leader does, in the order it is taken up. */
  #dutiesOf(proposer: Proposer, timers: SessionTimers, features: AgreedFeatures): LeaderDuties {
    const {datacenter, nodeId: ownId, nodeName, fireEvent, forceLeave, membership, clock, logger} = this.#options;
    const autopilot = new Autopilot({
      datacenter,
      ownId,
      raft: this.raft,
      health: this.#health,
      membership,
      store: this.store,
      proposer,
      initial: this.#initialAutopilot,
      forceLeave,
      clock,
      logger: logger.named('autopilot'),
    });
    const tombstones = new TombstoneGc({datacenter, store: this.store, proposer, clock, logger});
    return new LeaderDuties({duties: [announceLeadership(nodeName, fireEvent, logger), tombstones, timers, autopilot, features, this.#reconciler], barrier: this.#barrier, logger});
  }

  #firstCluster(): BootstrapExpect {
    const {datacenter, nodeId: ownId, bootstrapExpect: expect, membership, clock, logger} = this.#options;
    return new BootstrapExpect({
      datacenter,
      ownId,
      expect,
      membership,
      raft: this.raft,
      peersOf: async (server) => (await this.#ask(server, statusPeers, DCSpecificRequest.make({Datacenter: datacenter}))) ?? [],
      clock,
      logger,
    });
  }

  #snapshotsUnder(leadership: RaftLeadership): SnapshotService {
    const {datacenter, resolver, raftDir: scratchDir} = this.#options;
    return new SnapshotService({
      datacenter,
      raft: this.raft,
      leadership,
      resolver,
      dial: this.#port.dial,
      serverFor: (name) => this.router.serverFor(name),
      scratchDir,
      restored: () => this.#duties.replaced(),
    });
  }

  #grpcUnder(leadership: RaftLeadership, pool: GrpcPool): ServerGrpc {
    const {datacenter, streaming, resolver, clock, logger} = this.#options;
    return new ServerGrpc({
      datacenter,
      streaming,
      store: this.store,
      resolver,
      progress: serverProgress(this.raft, leadership),
      pool,
      router: this.router,
      clock,
      logger: logger.named('grpc'),
    });
  }

  readonly #barrier = async (): Promise<void> => void (await this.raft.barrier());

  /** True while default reads may be answered from what was kept of this server's state: where requests are counted, none passes by. */
  get open(): boolean {
    return this.#leads && !this.#limiter.isOn;
  }

  get #leads(): boolean {
    return this.raft.role === 'leader';
  }

  /** Reads the disk and takes part; the first start of a bootstrapping server makes the cluster. */
  async start(): Promise<void> {
    const {nodeId, address, bootstrap} = this.#options;
    await this.#recover();
    await this.#port.listen(this.router);
    await this.raft.start();
    const isNew = this.raft.lastIndex === 0 && this.raft.configurationIndex === 0;
    if (isNew) this.#tellOfEmptyFolder();
    if (isNew && bootstrap) await this.raft.bootstrap({servers: [{id: nodeId, address, suffrage: 0}]});
    if (this.#options.bootstrapExpect > 1) this.#bootstrap.start();
    this.#health.start();
    if (this.#leads) {
      await this.#takingUpDuties;
      await this.#reconciler.settled();
    }
  }

  /** Who removed the folder of a server should know what follows. */
  #tellOfEmptyFolder(): void {
    const {wasServer, bootstrap, raftDir, logger} = this.#options;
    if (!wasServer) return;
    const what = bootstrap
      ? 'bootstrap = true makes a new cluster with an empty state; the data of the old one comes back with "consul snapshot restore"'
      : 'it votes for nobody until a leader has brought it up to date. If it did not leave the cluster before, do not stop another server until then';
    logger.warn(`this was a server before, and its Raft folder is empty: ${what}`, {folder: raftDir});
  }

  /** What an operator wrote down after a loss of servers comes before all else. */
  async #recover(): Promise<void> {
    const {inMemory, raftDir, nodeId: ownId, clock, logger} = this.#options;
    if (inMemory) return;
    const ignore = (): void => undefined;
    const fsm = (): ServerFsm => new ServerFsm({store: new Store(), commands, records, neighbours: cascades, observe: ignore, replaced: ignore});
    await recoverFromPeersFile({raftDir, ownId, fsm, clock, logger});
  }

  async close(): Promise<void> {
    this.#duties.lost();
    this.#health.stop();
    this.#coordinates.close();
    this.#bootstrap.stop();
    this.#grpc.close();
    await this.#port.close();
    await this.raft.close();
    this.kept.clear();
  }

  /** Other limits from now on. */
  limit(requests: RequestLimits, connectionsPerClientMax: number): void {
    this.#limiter.change(requests);
    this.#port.limitConnections(connectionsPerClientMax);
  }

  /** Gives the leadership away before this server goes, and takes no more requests that need it. */
  async leave(): Promise<void> {
    this.router.leave();
    await this.#departure.handOn();
  }

  /** Gossip knows that this server has left: resolves when Raft has let it go, or does not in time. */
  async left(): Promise<void> {
    await this.#departure.untilLetGo();
  }

  #ask<Req, Res>({name, datacenter, rpcAddress}: ServerMember, method: Method<Req, Res>, request: Req): Promise<Res> {
    return this.#port.pool.call({name, datacenter, address: rpcAddress}, method, request, {timeoutMs: statsTimeoutMs});
  }
}

/** Where Raft keeps what it must not forget. */
function raftStores({raftDir, inMemory}: ServerOptions): Pick<RaftNodeOptions, 'logStore' | 'snapshotStore'> {
  mkdirSync(raftDir, {recursive: true, mode: 0o700});
  if (!inMemory) claimRaftFolder(raftDir);
  const disk = inMemory ? new SimulatedDisk().asLogDisk() : new LevelDisk(join(raftDir, raftLogFolder));
  return {logStore: new BatchedLogStore(disk), snapshotStore: new DirectorySnapshotStore(join(raftDir, raftSnapshotFolder))};
}
