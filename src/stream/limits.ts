/** A subject that nobody follows any more is kept this long, for those who come back after a broken connection. */
export const subjectKeptMs = 10_000;

/** From this size on a subject rests after each look at it: a millisecond for so many items. */
export const largeSubjectItems = 500;
export const largeSubjectItemsPerMs = 100;

/** Events of a snapshot that are encoded at a stretch. */
export const snapshotEventsPerSlice = 32;

/** Bytes of events in one batch: a message may hold 8 MiB. */
export const batchBytesMax = 1024 * 1024;

/** A longer batch is put into a view in parts of this many events. */
export const batchPartEvents = 64;

/** How long a subscriber waits for a server that is behind what he has seen already. */
export const catchUpMs = 5_000;
export const catchUpPollMs = 20;

/** Longest wait for a change at a stretch; then it is waited for again. */
export const followStretchMs = 3_600_000;

/** How long a subscriber waits before his second try, at least; it doubles up to the other (rpc-raft.md §10). */
export const resubscribeFirstMs = 200;
export const resubscribeMaxMs = 6_000;

/** A stream that stood this long without an event was accepted. */
export const streamProvenMs = 5_000;

/** Views of one agent; what else is asked for is asked of the servers. Whoever may ask for names could make any number. */
export const viewsMax = 8192;

/** A view that nobody asked for is given up after this (rpc-raft.md §10). */
export const viewIdleMs = 20 * 60_000;

/** What a view shows is given out this long after its stream broke; after that servers are asked as long as they answer. */
export const lostViewServedMs = 10_000;

/** How long a reader waits for a view's first snapshot before he asks the servers himself. */
export const firstSnapshotMs = 3_000;

/** While a view has no stream, its readers look this often whether it is lost. */
export const lostViewPollMs = 1_000;

/** A server that does not stream is not asked again for so long. */
export const noStreamMs = 30_000;
