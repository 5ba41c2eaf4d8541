/** What the body of a chunked request may hold at most, where Consul sets no limit. */
export const chunkedBodyBytesMax = 256 << 20;
