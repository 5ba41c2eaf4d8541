import {type RaftNode} from '../raft/driver/raft-node.ts';

/** This server's place in the cluster, as readers and the router ask for it. */
export class RaftLeadership {
  readonly #raft: RaftNode;

  constructor(raft: RaftNode) {
    this.#raft = raft;
  }

  get isLeader(): boolean {
    return this.#raft.role === 'leader';
  }

  /** ip:port of the leader's RPC, as Raft knows it. */
  get leaderAddress(): string | undefined {
    return this.#raft.leader?.address;
  }

  get knownLeader(): boolean {
    return this.#raft.leader !== undefined;
  }

  get hasHeardLeader(): boolean {
    return this.isLeader || Number.isFinite(this.#raft.lastContactMs);
  }

  /** Nanoseconds since the leader was last heard; 0 on the leader, and where it never was. */
  get lastContactNs(): number {
    const {lastContactMs} = this.#raft;
    return this.isLeader || !Number.isFinite(lastContactMs) ? 0 : Math.trunc(lastContactMs * 1e6);
  }

  async verify(): Promise<void> {
    await this.#raft.verifyLeader();
  }
}
