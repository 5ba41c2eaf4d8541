/** Bytes a stream may send before it hears of credit, in each direction (rpc-raft.md §3). */
export const INITIAL_WINDOW_BYTES = 256 * 1024;

/** A receiver hands credit back once it amounts to this. */
export const CREDIT_STEP_BYTES = INITIAL_WINDOW_BYTES / 2;

/** Largest Data frame we write: a large answer leaves room for the frames of other streams in between. */
export const DATA_FRAME_BYTES_MAX = 64 * 1024;

/** Payloads up to this are copied behind their header; larger ones go out as they are. */
export const COPIED_PAYLOAD_BYTES_MAX = 4096;

/** Streams opened by us that the peer has not acknowledged (rpc-raft.md §3). */
export const UNACKED_STREAMS_MAX = 256;

/** Streams a peer may hold in one session; every blocking query of a client agent holds one. */
export const STREAMS_MAX = 16_384;

/** How often a session asks its peer for a sign of life. */
export const KEEP_ALIVE_INTERVAL_MS = 30_000;

/** A session whose ping is unanswered for this long is dead. */
export const KEEP_ALIVE_TIMEOUT_MS = 10_000;

/** A session whose peer leaves an opened stream unacknowledged for this long is dead. */
export const STREAM_OPEN_TIMEOUT_MS = 75_000;

/** A stream that we finished and the peer did not is reset after this. */
export const HALF_CLOSED_TIMEOUT_MS = 5 * 60_000;
