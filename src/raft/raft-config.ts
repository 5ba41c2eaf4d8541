/** Times and thresholds of one server (sheet rpc-raft §13). */
export interface RaftConfig {
  /** A follower without contact for a random time from this to a little more (limits.ts) becomes a candidate; heartbeats go out at a tenth of it. */
  readonly heartbeatTimeoutMs: number;
  /** Limit of one election round, in [this, 2·this) (see limits.ts for rounds that need not last so long); also of a leadership transfer. */
  readonly electionTimeoutMs: number;
  /** A leader that no quorum answered for this long steps down. */
  readonly leaderLeaseTimeoutMs: number;
  /** Keep-alives that carry the commit index go out after [this, 2·this) of silence. */
  readonly commitTimeoutMs: number;
  /** New entries since the last snapshot that call for a next one. */
  readonly snapshotThreshold: number;
  /** The threshold is looked at after a random time in [this, 2·this). */
  readonly snapshotIntervalMs: number;
  /** Entries left in the log behind a snapshot, for followers that are a little behind. */
  readonly trailingLogs: number;
  /** Candidates ask for a pre-vote first; false for clusters with servers that do not know it (`raft_prevote_disabled`). */
  readonly preVote: boolean;
}

/** The times of a server with `performance.raft_multiplier` (1 … 10, Consul's default 5). */
export function scaledRaftConfig(multiplier: number): RaftConfig {
  return {
    heartbeatTimeoutMs: 1000 * multiplier,
    electionTimeoutMs: 1000 * multiplier,
    leaderLeaseTimeoutMs: 500 * multiplier,
    commitTimeoutMs: 50,
    snapshotThreshold: 16_384,
    snapshotIntervalMs: 30_000,
    trailingLogs: 10_240,
    preVote: true,
  };
}

/** The times of `-dev`. */
export const devRaftConfig: RaftConfig = {
  ...scaledRaftConfig(1),
  heartbeatTimeoutMs: 35,
  electionTimeoutMs: 52,
  leaderLeaseTimeoutMs: 20,
};
