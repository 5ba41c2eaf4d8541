import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {type TokenResolver} from '../acl/authorizer.ts';
import {catalogEndpoints} from '../catalog/catalog-endpoint.ts';
import {healthEndpoints} from '../catalog/health-endpoint.ts';
import {internalEndpoints} from '../catalog/internal-endpoint.ts';
import {CoordinateBatches} from '../coordinate/coordinate-batches.ts';
import {coordinateEndpoints} from '../coordinate/endpoint.ts';
import {CoordinateSorter} from '../coordinate/near-sorter.ts';
import {type DatacenterMap} from '../coordinate/schema.ts';
import {eventEndpoints} from '../event/endpoint.ts';
import {kvEndpoints} from '../kv/endpoint.ts';
import {RaftNode} from '../raft/driver/raft-node.ts';
import {unconnectedTransport} from '../raft/driver/unconnected-transport.ts';
import {BatchedLogStore} from '../raft/log/batched-log-store.ts';
import {LevelDisk} from '../raft/log/level-disk.ts';
import {SimulatedDisk} from '../raft/log/simulated-disk.ts';
import {type RaftConfig} from '../raft/raft-config.ts';
import {DirectorySnapshotStore} from '../raft/snapshot/directory-snapshot-store.ts';
import {BlockingReader} from '../rpc/blocking-reader.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {eventLoopPollBarrier} from '../runtime/poll-barrier.ts';
import {type Random} from '../runtime/random.ts';
import {sessionEndpoints} from '../session/endpoint.ts';
import {KeptAnswers} from '../store/kept.ts';
import {Store} from '../store/store.ts';
import {cascades} from './cascades.ts';
import {txnEndpoints} from '../txn/endpoint.ts';
import {type AutopilotConfig} from '../operator/schema.ts';
import {operatorEndpoints} from '../operator/endpoint.ts';
import {type RaftStats} from '../operator/status-methods.ts';
import {Autopilot} from './leader/autopilot.ts';
import {RaftMembers} from './leader/raft-members.ts';
import {RaftCluster} from './raft-cluster.ts';
import {type ServerMember} from './server-member.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {announceLeadership} from './leader/new-leader-event.ts';
import {AgreedFeatures} from './leader/agreed-features.ts';
import {LeaderDuties} from './leader/leader-duties.ts';
import {memberCatalog} from './leader/member-catalog.ts';
import {MemberReconciler} from './leader/member-reconciler.ts';
import {LockDelays} from './lock-delays.ts';
import {type Membership} from './membership.ts';
import {RaftLeadership} from './raft-leadership.ts';
import {RaftProposer} from './raft-proposer.ts';
import {ServerFsm} from './server-fsm.ts';
import {ServerRouter} from './server-router.ts';
import {SessionTimers} from './session-timers.ts';
import {commands, records} from './state-machine.ts';

export interface ServerOptions {
  readonly datacenter: string;
  readonly nodeId: string;
  /** ip:port of the server's RPC and Raft. */
  readonly address: string;
  /** Where Raft keeps its log and snapshots. */
  readonly raftDir: string;
  /** The log is kept in memory: `-dev`. */
  readonly inMemory: boolean;
  /** May make a cluster of its own when there is none. */
  readonly bootstrap: boolean;
  readonly raft: RaftConfig;
  /** The pool of this datacenter's agents. */
  readonly membership: Membership;
  readonly sessionTtlMinMs: number;
  /** All known datacenters, the nearest first; and where their servers are. */
  readonly datacenters: () => readonly string[];
  readonly datacenterMaps: () => readonly DatacenterMap[];
  /** How coordinates are gathered before they are written. */
  readonly coordinates: {readonly periodMs: number; readonly batchSize: number; readonly batchesMax: number};
  /** What the configuration file says of autopilot. */
  readonly autopilot: Partial<AutopilotConfig>;
  /** Asks another server how far its Raft is. */
  readonly statsOf: (server: ServerMember) => Promise<RaftStats>;
  readonly nodeName: string;
  /** Fires a Serf user event in the LAN pool. */
  readonly fireEvent: (name: string, payload: ByteString) => Promise<void>;
  /** Declares a failed member of the pool gone. */
  readonly forceLeave: (name: string) => Promise<void>;
  readonly holdTimeoutMs: number;
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
  readonly resolver: TokenResolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Raft cannot go on: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** A server: the replicated state, the Raft that feeds it, and the endpoints that read and write it. */
export class Server {
  readonly store = new Store();
  readonly kept = new KeptAnswers();
  readonly raft: RaftNode;
  readonly router: ServerRouter;
  readonly #options: ServerOptions;
  readonly #duties: LeaderDuties;
  readonly #coordinates: CoordinateBatches;
  readonly #reconciler: MemberReconciler;

  constructor(options: ServerOptions) {
    this.#options = options;
    const {clock, random, resolver, logger} = options;
    mkdirSync(options.raftDir, {recursive: true, mode: 0o700});
    const disk = options.inMemory ? new SimulatedDisk().asLogDisk() : new LevelDisk(join(options.raftDir, 'log'));
    const delays = new LockDelays(clock);
    this.raft = new RaftNode({
      id: options.nodeId,
      address: options.address,
      logStore: new BatchedLogStore(disk),
      snapshotStore: new DirectorySnapshotStore(join(options.raftDir, 'snapshots')),
      fsm: new ServerFsm({
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
          this.#duties.replaced();
        },
      }),
      transport: unconnectedTransport,
      clock,
      random,
      config: options.raft,
      logger: logger.named('raft'),
    });
    this.raft.onFatal(options.onFatal);
    const leadership = new RaftLeadership(this.raft);
    this.router = new ServerRouter({datacenter: options.datacenter, leadership, clock, holdTimeoutMs: options.holdTimeoutMs});
    const reader = new BlockingReader({
      store: this.store,
      resolver,
      leadership,
      clock,
      random,
      defaultQueryTimeMs: options.defaultQueryTimeMs,
      maxQueryTimeMs: options.maxQueryTimeMs,
    });
    const proposer = new RaftProposer(this.raft);
    const barrier = async (): Promise<void> => void (await this.raft.barrier());
    const timers = new SessionTimers({datacenter: options.datacenter, store: this.store, proposer, clock, polls: eventLoopPollBarrier, logger: logger.named('session')});
    const autopilot = new Autopilot({
      datacenter: options.datacenter,
      ownId: options.nodeId,
      raft: this.raft,
      membership: options.membership,
      store: this.store,
      proposer,
      initial: options.autopilot,
      statsOf: options.statsOf,
      forceLeave: options.forceLeave,
      clock,
      logger: logger.named('autopilot'),
    });
    this.#reconciler = new MemberReconciler({
      datacenter: options.datacenter,
      membership: options.membership,
      catalog: memberCatalog(this.store),
      proposer,
      servers: new RaftMembers(this.raft, options.nodeId, logger),
      barrier,
      clock,
      logger,
    });
    const features = new AgreedFeatures({datacenter: options.datacenter, membership: options.membership, store: this.store, proposer, clock, logger});
    this.#duties = new LeaderDuties({duties: [announceLeadership(options.nodeName, options.fireEvent, logger), timers, autopilot, features, this.#reconciler], barrier, logger});
    this.raft.onRole(({role}) => {
      if (role === 'leader') void this.#duties.gained();
      else this.#duties.lost();
    });
    const common = {store: this.store, reader, kept: this.kept, proposer, resolver, near: new CoordinateSorter(this.store, options.datacenter)};
    this.router.serve(kvEndpoints({...common, isLockDelayed: (key) => delays.isDelayed(key)}));
    this.router.serve(sessionEndpoints({...common, ttlMinNs: options.sessionTtlMinMs * 1e6, renew: (session) => timers.renew(session)}));
    this.router.serve(catalogEndpoints({...common, datacenters: options.datacenters}));
    this.router.serve(healthEndpoints(common));
    this.router.serve(eventEndpoints({resolver, fire: options.fireEvent}));
    this.router.serve(internalEndpoints(common));
    this.#coordinates = new CoordinateBatches({...options.coordinates, proposer, clock, logger});
    this.router.serve(coordinateEndpoints({...common, batches: this.#coordinates, datacenters: options.datacenterMaps}));
    this.router.serve(operatorEndpoints({...common, cluster: new RaftCluster(this.raft, options.membership, autopilot)}));
    this.router.serve(txnEndpoints({...common, leadership, isLockDelayed: (key) => delays.isDelayed(key)}));
  }

  /** True while default reads may be answered from this server's state. */
  get open(): boolean {
    return this.raft.role === 'leader';
  }

  /** Reads the disk and takes part; the first start of a bootstrapping server makes the cluster. */
  async start(): Promise<void> {
    const {nodeId, address, bootstrap} = this.#options;
    await this.raft.start();
    const isNew = this.raft.lastIndex === 0 && this.raft.configurationIndex === 0;
    if (isNew && bootstrap) await this.raft.bootstrap({servers: [{id: nodeId, address, suffrage: 0}]});
    if (this.open) {
      await this.raft.barrier();
      await this.#reconciler.settled();
    }
  }

  async close(): Promise<void> {
    this.#duties.lost();
    this.#coordinates.close();
    await this.raft.close();
    this.kept.clear();
  }
}
