import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {type CallTimes} from '../../rpc/call-times.ts';

/** How long calls to servers may take, as configured. A reload changes the first alone. */
export function callTimesOf(config: () => RuntimeConfig): CallTimes {
  const {performance, http} = config();
  return {
    get clientTimeoutMs() {
      return config().limits.rpcClientTimeoutMs;
    },
    holdTimeoutMs: performance.rpcHoldTimeoutMs,
    defaultQueryTimeMs: http.defaultQueryTimeMs,
    maxQueryTimeMs: http.maxQueryTimeMs,
  };
}
