/** Largest message either way: Consul's own bound (rpc-raft.md §10). */
export const GRPC_MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

/** What one request of a caller may be large: they ask, they do not bring data. */
export const GRPC_REQUEST_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes that a peer may send on one stream, and on one connection, before it must wait for us to read. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;
export const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

/** Memory that Node grants one HTTP/2 connection, with all that waits to be sent; in megabytes. */
export const SESSION_MEMORY_MEGABYTES = 256;

/** Calls under way on one connection: an agent has one for each service it follows. */
export const CALLS_PER_CONNECTION_MAX = 65_536;

/** How long a server may take to say its settings, after the connection is made. */
export const SETTINGS_TIMEOUT_MS = 10_000;

/** A connection is tried this often, and taken for dead when no answer comes for so long (rpc-raft.md §10). */
export const KEEP_ALIVE_INTERVAL_MS = 30_000;
export const KEEP_ALIVE_TIMEOUT_MS = 10_000;
