import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {type CallTimes} from '../../rpc/call-times.ts';

/** How long calls to servers may take, as configured. */
export function callTimesOf({limits, performance, http}: RuntimeConfig): CallTimes {
  return {
    clientTimeoutMs: limits.rpcClientTimeoutMs,
    holdTimeoutMs: performance.rpcHoldTimeoutMs,
    defaultQueryTimeMs: http.defaultQueryTimeMs,
    maxQueryTimeMs: http.maxQueryTimeMs,
  };
}
