/** A server as Raft and gossip know it together. */
export interface ClusterServer {
  readonly id: string;
  /** ip:port */
  readonly address: string;
  readonly isVoter: boolean;
  readonly isLeader: boolean;
  /** Empty when gossip knows no such server. */
  readonly name: string;
  readonly version: string;
  /** Serf's number: 1 alive … 4 failed. */
  readonly serfStatus: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly lastContactNs: number;
  readonly isHealthy: boolean;
  readonly stableSinceMs: number;
}

/** The cluster, as its operators look at it and change it. */
export interface Cluster {
  servers(): readonly ClusterServer[];
  remove(id: string): Promise<void>;
  /** @throws Error when there is nobody to give it to */
  transferLeadership(id: string | undefined): Promise<void>;
}
