/** Bodies smaller than this are sent plain even to clients that accept gzip (http-core.md §1.7). */
export const gzipThresholdBytes = 1400;
/** Request head; Go's default. */
export const maxHeaderBytesDefault = 1 << 20;
/** A whole request head must arrive within this time. */
export const headersTimeoutMs = 10_000;
/** An idle kept-alive connection is closed after this time: longer than the usual proxies', so they close first. */
export const keepAliveTimeoutMs = 120_000;
/** Hot answers kept per listener. */
export const hotAnswersMax = 4096;
/** An answer larger than this is not worth a place among the hot ones. */
export const hotAnswerBytesMax = 1 << 20;
/** A JSON answer longer than this is sent as it is made, and not kept. */
export const streamedBytesMin = 8 << 20;
