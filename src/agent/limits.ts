/** What the body of a chunked request may hold at most, where Consul sets no limit. */
export const chunkedBodyBytesMax = 256 << 20;

/** How long an agent may take to leave in order before it is ended. */
export const gracefulLeaveMsMax = 15_000;
