import {type MethodKind} from './method.ts';
import {type RequestEnvelope} from './request-envelope.ts';

/** The agent's settings of how long calls to servers may take. */
export interface CallTimes {
  /** `limits.rpc_client_timeout`: for an answer to anything that does not block. */
  readonly clientTimeoutMs: number;
  /** `performance.rpc_hold_timeout`: how long a failed call is tried again. */
  readonly holdTimeoutMs: number;
  /** `default_query_time` and `max_query_time`: how long a blocking query waits. */
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
}

/** How long a request may block at the server that answers it, its jitter included; 0 for one that does not block. */
export function blockingMs(times: CallTimes, kind: MethodKind, {MinQueryIndex, MaxQueryTime}: RequestEnvelope): number {
  if (kind !== 'read' || MinQueryIndex === 0) return 0;
  const waitMs = MaxQueryTime <= 0 ? times.defaultQueryTimeMs : Math.min(MaxQueryTime / 1e6, times.maxQueryTimeMs);
  return waitMs + waitMs / 16;
}

/** How long the answer to one call is waited for (rpc-raft.md §6). */
export function callTimeoutMs(times: CallTimes, kind: MethodKind, envelope: RequestEnvelope): number {
  const blocks = blockingMs(times, kind, envelope);
  return blocks === 0 ? times.clientTimeoutMs : blocks + times.holdTimeoutMs;
}
