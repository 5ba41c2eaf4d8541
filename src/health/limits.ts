/** Limits of the check runners; agent-checks.md §3, §4, §7, §9. */

/** Shorter check intervals are raised to this. */
export const checkIntervalMsMin = 1_000;
export const checkTimeoutMsDefault = 10_000;
export const scriptTimeoutMsDefault = 30_000;
/** Nothing bounds a Docker exec in Consul; a runner that never ends would never report again, so ours does. */
export const dockerTimeoutMsDefault = 60_000;
export const dockerReplyBytesMax = 1 << 20;

export const httpRedirectsMax = 10;
/** Bytes read of one HTTP answer's body; more is cut off, the last bytes before the cut are what is shown. */
export const httpBodyBytesMax = 16 << 20;

export const grpcMessageBytesMax = 64 << 10;

/** Head start of the preferred address family (RFC 8305 §5; Go uses 300 ms). */
export const dialFallbackDelayMs = 300;
/** Least time one of several addresses is given before the next is tried. */
export const dialPartTimeoutMsMin = 2_000;

/** A local alias check looks again at least this often. */
export const aliasRefreshIntervalMs = 60_000;
/** A remote alias check waits this long for its blocking query, and takes answers this old. */
export const aliasWaitMs = 60_000;
export const aliasMaxStaleMs = 15_000;
export const aliasBackoffAttemptsMin = 3;
export const aliasBackoffMsMax = 60_000;

/** Least `deregister_critical_service_after`, and how often critical services are looked through. */
export const deregisterAfterMsMin = 60_000;
export const reapIntervalMs = 30_000;
