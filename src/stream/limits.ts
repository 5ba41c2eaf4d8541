/** A subject that nobody follows any more is kept this long, for those who come back after a broken connection. */
export const subjectKeptMs = 10_000;

/** Events of a snapshot that are encoded at a stretch. */
export const snapshotEventsPerSlice = 200;

/** Bytes of events in one batch: a message may hold 8 MiB. */
export const batchBytesMax = 1024 * 1024;

/** How long a subscriber waits for a server that is behind what he has seen already. */
export const catchUpMs = 5_000;
export const catchUpPollMs = 20;

/** Longest wait for a change at a stretch; then it is waited for again. */
export const followStretchMs = 3_600_000;
