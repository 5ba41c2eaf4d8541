/** Every limit of this room. */

/** Sheet §13: at most this many entries go out in one AppendEntries. */
export const appendEntriesMax = 64;
/** A request stops growing once its entries hold this many bytes; one entry always fits. */
export const appendBytesMax = 1024 * 1024;
/** Sheet §12: AppendEntries requests in flight to one follower. */
export const inflightAppendsMax = 2;
/** Sheet §13: the first wait after a failed AppendEntries; it doubles with each further failure. */
export const failureBackoffBaseMs = 10;
/** No follower is left alone for longer than this after failures. */
export const failureBackoffMaxMs = 2000;
/** Bytes of recent entries kept in memory for replication and apply. */
export const recentBytesMax = 32 * 1024 * 1024;
/** Reads from disk for a follower that is behind the kept entries. */
export const loadBytesMax = 4 * 1024 * 1024;
/** A log entry larger than this is refused: its frame's length must fit, and a follower must be able to hold it. */
export const entryBytesMax = 256 * 1024 * 1024;
/** Sheet §15: a chunked command is cut into parts of this size. */
export const chunkBytesMax = 512 * 1024;
/** Partial chunked commands held by a follower at a time; the eldest goes first. */
export const chunkedOperationsMax = 1024;
/** One synced write to the log takes at most this many bytes of entries. */
export const writeBytesMax = 8 * 1024 * 1024;
/** One synced write to the log takes at most this many entries. */
export const writeEntriesMax = 8192;
/** Batches deleted from the log's front in one write. */
export const dropBatchesMax = 1024;
/** Entries handed to the FSM at a time, at most. */
export const applyEntriesMax = 1024;
/** Bytes handed to the FSM at a time, at most (one entry always fits). */
export const applyBytesMax = 4 * 1024 * 1024;
/** The FSM is given slices that should take no longer than this; after one, the event loop turns. */
export const applySliceMs = 5;
/** Proposals that wait for the log; further ones are refused. */
export const proposalsPendingMax = 65_536;
/** Sheet §13: snapshots kept on disk. */
export const snapshotsRetained = 2;
/** The meta.json of a snapshot is refused when larger. */
export const snapshotMetaBytesMax = 4 * 1024 * 1024;
/** Servers in a configuration. */
export const serversMax = 4096;
/**
 * A follower's patience is drawn from [heartbeat timeout, (1 + this) · heartbeat timeout). The draw keeps followers from
 * standing at the same moment; since a pre-vote needs a quorum whose patience is over, each share more is time lost.
 */
export const followerTimeoutSpread = 0.15;
/**
 * A pre-vote that found no quorum is asked again after [1, 2) times this share of the election timeout: asking changes
 * nothing. The share doubles with each further round, up to the greatest.
 */
export const preVoteRetryShare = 0.1;
export const preVoteRetryShareMax = 0.4;
/** A candidate that was refused a vote shares its term with another: it stands again after [1, 4) times this share of the election timeout. */
export const splitVoteRetryShare = 0.05;
export const splitVoteRetrySpread = 3;
/** A follower whose leader is known to be gone stands after [1, 4) times this share of the heartbeat timeout. */
export const leaderGoneShare = 0.01;
export const leaderGoneSpread = 3;
/** How often, and how long after one another, the port of a leader whose connection broke is tried while it is not heard of. */
export const leaderProbeDelaysMs: readonly number[] = [0, 25, 100, 250, 500];
/** How often in a row a late tick is answered with doubt in oneself instead of an election or a resignation. */
export const lateTickDoubtsMax = 2;
/** A server that owes what it has forgotten says at most this often that it gives no vote. */
export const debtToldEveryMs = 60_000;
