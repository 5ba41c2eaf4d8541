/** A connection that has not said what it is, or not finished its TLS handshake, by then is closed (`limits.rpc_handshake_timeout`). */
export const HANDSHAKE_TIMEOUT_MS = 5000;

/** Connections from one address (`limits.rpc_max_conns_per_client`); a further one is closed at once. */
export const CONNECTIONS_PER_CLIENT_MAX = 100;

/** Connections that wait to be accepted. */
export const LISTEN_BACKLOG = 511;

/** How long a server may take to accept a connection of ours (rpc-raft.md §6). */
export const DIAL_TIMEOUT_MS = 10_000;

/** First probe of an idle TCP connection, and the pause between probes. */
export const TCP_KEEP_ALIVE_MS = 15_000;

/** Largest body of one request. */
export const REQUEST_BYTES_MAX = 64 * 1024 * 1024;

/** Bytes taken in beyond the request being answered; after that the stream is not read until the answer is out. */
export const READ_AHEAD_BYTES_MAX = 256 * 1024;

/** Bytes that wait for a peer that does not read; after that nothing more is read from it. */
export const UNSENT_BYTES_MAX = 1024 * 1024;

/** Frames that leave together are joined up to this; longer ones go out as they are. */
export const JOINED_BYTES_MAX = 16 * 1024;

/**
 * Idle streams kept for the next calls to a server (rpc-raft.md §6). As many as callers come at a time on a busy server:
 * one stream too few is opened and closed with every burst.
 */
export const IDLE_STREAMS_MAX = 256;

/** A connection without a call for this long is closed (rpc-raft.md §6). */
export const IDLE_CONNECTION_MS = 127_000;

/** Answers that are waited for when a server shuts down. */
export const DRAIN_TIMEOUT_MS = 5000;

/** An answer longer than this is decoded over several turns of the event loop. */
export const LONG_BODY_BYTES_MIN = 256 * 1024;
