import {type Duplex} from 'node:stream';
import {type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {raftTransferLeader} from '../operator/methods.ts';
import {type DialTarget} from '../rpc/net/dial.ts';
import {grpcMethod} from '../rpc/grpc/grpc-calls.ts';
import {type GrpcPool} from '../rpc/grpc/grpc-pool.ts';
import {type GrpcCall, type GrpcMethod, GrpcServer} from '../rpc/grpc/grpc-server.ts';
import {grpcFrame} from '../rpc/grpc/grpc-frames.ts';
import {grpcCode, GrpcError} from '../rpc/grpc/grpc-status.ts';
import {type ConnectionPeer} from '../rpc/net/rpc-listener.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {type Store} from '../store/store.ts';
import {Subjects} from '../stream/subjects.ts';
import {type ClusterRouter} from './cluster-router.ts';
import {type RaftLeadership} from './raft-leadership.ts';
import {type Progress, subscribeMethod, subscribePath} from '../stream/subscribe-service.ts';

export interface ServerGrpcOptions {
  readonly datacenter: string;
  /** `rpc.enable_streaming`: agents may subscribe to what they would otherwise ask for again and again. */
  readonly streaming: boolean;
  readonly store: Store;
  readonly resolver: TokenResolver;
  readonly progress: Progress;
  /** Connections to other servers. */
  readonly pool: GrpcPool;
  readonly router: Pick<ClusterRouter, 'call' | 'serverFor'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How far a server's state is, as its subscribers must know. */
export function serverProgress(raft: Pick<RaftNode, 'appliedIndex' | 'commitIndex'>, leadership: Pick<RaftLeadership, 'hasHeardLeader'>): Progress {
  return {
    get hasHeardLeader() {
      return leadership.hasHeardLeader;
    },
    get appliedIndex() {
      return raft.appliedIndex;
    },
    get commitIndex() {
      return raft.commitIndex;
    },
  };
}

/** The gRPC of a server's port 8300 (rpc-raft.md §10). */
export class ServerGrpc {
  readonly #subjects: Subjects;
  readonly #server: GrpcServer;
  readonly #pool: GrpcPool;
  readonly #router: ServerGrpcOptions['router'];

  constructor({datacenter, streaming, store, resolver, progress, pool, router, clock, logger}: ServerGrpcOptions) {
    this.#router = router;
    this.#pool = pool;
    this.#subjects = new Subjects(store, clock);
    const forward = (to: string, path: string, request: Buffer, call: GrpcCall): Promise<void> => this.#forward(to, path, request, call);
    const methods = new Map<string, GrpcMethod>();
    const {grpc: transfer} = raftTransferLeader;
    if (transfer !== undefined) methods.set(transfer.path, grpcMethod(router, raftTransferLeader, transfer));
    if (streaming) methods.set(subscribePath, subscribeMethod({datacenter, subjects: this.#subjects, resolver, progress, forward, clock}));
    this.#server = new GrpcServer({methods, clock, logger});
  }

  accept(stream: Duplex, {address, port}: ConnectionPeer): void {
    this.#server.accept(stream, `${address}:${port}`);
  }

  /** The state was replaced from a snapshot. */
  stateReplaced(): void {
    this.#subjects.reset();
  }

  close(): void {
    this.#server.close();
    this.#pool.close();
    this.#subjects.reset();
  }

  /** Hands a call on to a server of another datacenter, and its answers back, as they are. */
  async #forward(datacenter: string, path: string, request: Buffer, call: GrpcCall): Promise<void> {
    const server = this.#target(datacenter);
    const connection = await this.#pool.connection(server);
    await connection.call(path, request, {signal: call.signal, onMessage: (message) => call.send(grpcFrame(message))});
  }

  #target(datacenter: string): DialTarget {
    try {
      return this.#router.serverFor(datacenter);
    } catch (error) {
      if (error instanceof ConsulError) throw new GrpcError(grpcCode.unavailable, error.message);
      throw error;
    }
  }
}
