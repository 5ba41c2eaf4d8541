/** A client agent looks for another server after this, and up to so much more (rpc-raft.md §6). */
export const rebalanceBaseMs = 120_000;
export const rebalanceSpreadMs = 60_000;

/** In a large pool it waits longer: this for every agent there is to a server. */
export const rebalanceClusterShareMs = 15.625;

/** How long a server may take to answer a ping before another is tried. */
export const pingTimeoutMs = 10_000;

/** The head of a snapshot exchange: a token, a datacenter, an error. */
export const snapshotHeaderBytesMax = 1 << 20;

/** What an element of a kept list is taken to hold beside the rows of the store. */
export const keptElementBytes = 32;

/** A server takes as many requests at once as are allowed in this time (seen at 1.21.4). */
export const limitBurstSeconds = 10;
