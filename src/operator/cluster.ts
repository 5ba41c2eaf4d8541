/** A server as Raft, gossip and the catalog know it together. */
export interface ClusterServer {
  readonly id: string;
  /** ip:port */
  readonly address: string;
  readonly suffrage: 'voter' | 'non-voter' | 'staging';
  readonly isLeader: boolean;
  readonly isReadReplica: boolean;
  /** Empty when gossip knows no such server. */
  readonly name: string;
  readonly version: string;
  /** Serf's number: 0 unknown, 1 alive … 4 failed. */
  readonly serfStatus: number;
  /** Metadata of its node in the catalog. */
  readonly meta: ReadonlyMap<string, string> | null;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly lastContactNs: number;
  readonly isHealthy: boolean;
  /** Wall-clock time since when it is healthy, or since when it is known. */
  readonly stableSinceMs: number;
}

/** The cluster, as its operators look at it and change it. */
export interface Cluster {
  servers(): readonly ClusterServer[];
  remove(id: string): Promise<void>;
  /** @throws Error when it cannot be given to this server */
  transferLeadership(id: string | undefined): Promise<void>;
}
