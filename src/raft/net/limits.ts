/** The one version of Raft's protocol that is spoken; a peer may be one behind (sheet rpc-raft §12). */
export const protocolVersion = 3;
export const protocolVersionMin = 2;
/** Sheet §12: an answer must be there after this. */
export const rpcTimeoutMs = 10_000;
/** Sheet §12: a snapshot is given `rpcTimeoutMs` for every so many bytes. */
export const snapshotBytesPerTimeout = 256 * 1024;
/** A connection to a peer over which nothing went for this long is closed. */
export const laneIdleMs = 120_000;
/** Requests of one connection that may be in work at a time; further ones are left unread. */
export const unansweredMax = 16;
/** Largest request on the wire, apart from a snapshot's state; it leaves room for the largest log entry. */
export const requestBytesMax = 320 * 1024 * 1024;
/** Largest answer on the wire. */
export const answerBytesMax = 64 * 1024;
