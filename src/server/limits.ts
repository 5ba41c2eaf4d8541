/** A snapshot is written in pieces of about this size. */
export const snapshotPieceBytes = 64 * 1024;
/** One record of a snapshot. A KV value may be larger than an RPC, but not than this. */
export const snapshotRecordBytesMax = 512 * 1024 * 1024;
/** How long snapshots are encoded or decoded at a stretch. */
export const snapshotSliceMs = 5;
/** How long a request waits between two tries while there is no leader. */
export const leaderRetryMs = 50;
/** How often a leader goes over all members of the pool, besides at their events. */
export const reconcileIntervalMs = 60_000;
