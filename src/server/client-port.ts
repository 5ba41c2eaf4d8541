import {type Readable} from 'node:stream';
import {ConsulError} from '../consul-error.ts';
import {statusPing} from '../operator/status-methods.ts';
import {GrpcCalls} from '../rpc/grpc/grpc-calls.ts';
import {GrpcPool} from '../rpc/grpc/grpc-pool.ts';
import {type CallTimes} from '../rpc/call-times.ts';
import {ClientRouter} from '../rpc/client-router.ts';
import {pingTimeoutMs} from '../rpc/limits.ts';
import {ConnectionPool} from '../rpc/net/connection-pool.ts';
import {type Dial, dialer} from '../rpc/net/dial.ts';
import {type NodeTls} from '../rpc/net/node-tls.ts';
import {firstByte} from '../rpc/net/first-byte.ts';
import {type KnownServer} from '../rpc/server-directory.ts';
import {type Router} from '../rpc/router.ts';
import {ServerList} from '../rpc/server-list.ts';
import {callSnapshot, type SnapshotExchange, type SnapshotReply, type SnapshotRequest} from '../rpc/snapshot-exchange.ts';
import {type BucketSize, TokenBucket} from '../rpc/token-bucket.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type Random} from '../runtime/random.ts';
import {KeptAnswers} from '../store/kept.ts';
import {Waker} from '../store/waker.ts';
import {HealthViews} from '../stream/health-views.ts';
import {StreamingRouter} from '../stream/streaming-router.ts';
import {Subscriber} from '../stream/subscriber.ts';
import {MemberDirectory} from './member-directory.ts';
import {type Membership} from './membership.ts';

export interface ClientPortOptions {
  readonly datacenter: string;
  /** Our own IP address that calls are made from; absent: the system chooses. */
  readonly sourceAddress?: string | undefined;
  /** Absent: servers are called without TLS. */
  readonly tls?: NodeTls | undefined;
  readonly lan: Membership;
  readonly times: CallTimes;
  /** `limits.rpc_rate` and `limits.rpc_max_burst`. */
  readonly rate: BucketSize;
  /** `use_streaming_backend`: health is read from views that servers keep up to date. */
  readonly streaming: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A client agent's way to the servers: those that gossip knows, one connection at a time, and the router over them. */
export class ClientPort implements SnapshotExchange {
  readonly router: Router;
  readonly servers: ServerList;
  readonly #options: ClientPortOptions;
  readonly #dial: Dial;
  readonly #pool: ConnectionPool;
  readonly #grpc: GrpcPool;
  readonly #kept = new KeptAnswers();
  readonly #views: HealthViews;
  readonly #directory: MemberDirectory;
  readonly #rate: TokenBucket;
  #stopFollowing: (() => void) | undefined;

  constructor(options: ClientPortOptions) {
    const {datacenter, sourceAddress, tls, lan, times, clock, random, logger} = options;
    this.#options = options;
    this.#dial = dialer({clock, sourceAddress, tls});
    this.#pool = new ConnectionPool({dial: this.#dial, clock});
    this.#directory = new MemberDirectory(datacenter, lan, undefined);
    this.servers = new ServerList({clock, random, logger, ping: (server) => this.#ping(server), nodeCount: () => lan.members().length});
    this.#grpc = new GrpcPool({dial: this.#dial, clock});
    const {subscribe} = new Subscriber({servers: () => this.servers.servers, pool: this.#grpc, clock, logger: logger.named('grpc')});
    this.#views = new HealthViews({subscribe, kept: this.#kept, waker: new Waker(setImmediate), clock, random});
    this.#rate = new TokenBucket(clock, options.rate);
    const calls = new ClientRouter({servers: this.servers, pool: new GrpcCalls(this.#pool, this.#grpc, clock), rate: this.#rate, times, clock, random});
    this.router = options.streaming ? new StreamingRouter({inner: calls, views: this.#views, times, clock}) : calls;
  }

  /** Hands a snapshot exchange on to a server. */
  async exchange(request: SnapshotRequest, archive: Readable): Promise<SnapshotReply> {
    const [server] = this.servers.servers;
    if (server === undefined) throw new ConsulError('No known Consul servers');
    return await callSnapshot(await this.#dial(server, firstByte.snapshot), request, archive);
  }

  /** How often servers may be called from now on. */
  limitCalls(rate: BucketSize): void {
    this.#rate.resize(rate);
  }

  /** Begins to follow the pool's servers, and to spread calls over them in time. */
  start(): void {
    this.#stopFollowing ??= this.#directory.onChange(() => this.#follow());
    this.#follow();
    this.servers.start();
  }

  /** Calls under way fail. */
  close(): void {
    this.#stopFollowing?.();
    this.servers.stop();
    this.#views.close();
    this.#kept.clear();
    this.#grpc.close();
    this.#pool.close();
  }

  #follow(): void {
    const present = this.#directory.servers(this.#options.datacenter) ?? [];
    const ids = new Set(present.map(({id}) => id));
    for (const {id} of this.servers.servers) if (!ids.has(id)) this.servers.remove(id);
    for (const server of present) this.servers.add(server);
  }

  async #ping(server: KnownServer): Promise<boolean> {
    try {
      await this.#pool.call(server, statusPing, {}, {timeoutMs: pingTimeoutMs});
      return true;
    } catch (error) {
      this.#options.logger.debug('pinging server failed', {server: server.name, error});
      return false;
    }
  }
}
