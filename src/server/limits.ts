/** A snapshot is written in pieces of about this size. */
export const snapshotPieceBytes = 64 * 1024;
/** One record of a snapshot. A KV value may be larger than an RPC, but not than this. */
export const snapshotRecordBytesMax = 512 * 1024 * 1024;
/** How long a request waits between two tries while there is no leader. */
export const leaderRetryMs = 50;
/** How often a leader goes over all members of the pool, besides at their events. */
export const reconcileIntervalMs = 60_000;
/** An agent that has left ends some seconds later, and until then it may write itself into the catalog again. */
export const lookAgainAtLeftMs = 6_000;
/** No lock is held back for longer than this, whatever its session asked for. */
export const lockDelayMaxMs = 60_000;
/** A session lives this many times its TTL without being renewed: its holder's clock and the network have their slack. */
export const sessionTtlMultiplier = 2;
/** How often a leader tries to destroy a session whose time is over, and how long it waits after the first failure. */
export const sessionDestroyAttempts = 6;
export const sessionDestroyRetryMs = 10_000;
/** How often a leader looks whether all servers have become new enough for a feature. */
export const featureCheckIntervalMs = 60_000;
/** How often a server asks the others how they do, and how often a leader acts on it. */
export const autopilotUpdateMs = 2_000;
export const autopilotReconcileMs = 10_000;
/** How often a server is asked for its peers before a cluster is made, and how long after the first failure. */
export const bootstrapAskAttempts = 6;
export const bootstrapAskRetryMs = 1_000;
/** The first version of Consul whose servers know pre-votes. */
export const preVoteSince = [1, 20, 0] as const;
/** How long another server may take to say how far its Raft is. */
export const statsTimeoutMs = 2_000;
/** How long a tombstone stays at least, and by how much it may outstay that, so that many go at once. */
export const tombstoneTtlMs = 15 * 60_000;
export const tombstoneGranularityMs = 30_000;
/** How often a leader that leaves tries to hand on its leadership. */
export const transferAttempts = 3;
/** How long a server that leaves waits until it is out of Raft's configuration, and how often it looks. */
export const removalWaitMs = 5_000;
export const leaveLookMs = 50;
