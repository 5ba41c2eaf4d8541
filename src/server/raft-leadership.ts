import {type RaftNode} from '../raft/driver/raft-node.ts';

/** This server's place in the cluster, as readers and the router ask for it. */
export class RaftLeadership {
  readonly #raft: RaftNode;
  /** Since its start; what its disk holds may be of any age. */
  #hasHeardLeader = false;

  constructor(raft: RaftNode) {
    this.#raft = raft;
    raft.onRole(({leader}) => {
      this.#hasHeardLeader ||= leader !== undefined;
    });
  }

  /** Whether requests that need the leader may be answered here: only once its state is as new as its predecessor's was. */
  get isLeader(): boolean {
    return this.#raft.isCaughtUp;
  }

  get #leads(): boolean {
    return this.#raft.role === 'leader';
  }

  /**
   * ip:port of the leader's RPC, as Raft knows it. None while that leader is silent: what were sent to it now would most
   * likely hang there, while what waits here goes to the next one as soon as it leads.
   */
  get leaderAddress(): string | undefined {
    return this.#raft.isLeaderSilent ? undefined : this.#raft.leader?.address;
  }

  get knownLeader(): boolean {
    return this.#raft.leader !== undefined;
  }

  get hasHeardLeader(): boolean {
    return this.#leads || this.#hasHeardLeader;
  }

  /** Nanoseconds since the leader was last heard; 0 on the leader, and where it never was. */
  get lastContactNs(): number {
    const {lastContactMs} = this.#raft;
    return this.#leads || !this.#hasHeardLeader ? 0 : Math.trunc(lastContactMs * 1e6);
  }

  async verify(): Promise<void> {
    await this.#raft.verifyLeader();
  }
}
