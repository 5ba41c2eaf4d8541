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

  get knownLeader(): boolean {
    return this.#raft.leader !== undefined;
  }

  get hasHeardLeader(): boolean {
    return this.#raft.lastContactMs !== undefined;
  }

  /** Nanoseconds since the leader was last heard; 0 on the leader. */
  get lastContactNs(): number {
    return this.isLeader ? 0 : (this.#raft.lastContactMs ?? 0) * 1e6;
  }

  async verify(): Promise<void> {
    await this.#raft.verifyLeader();
  }
}
