import {type Peer} from './messages.ts';

/**
 * What a leader knows of one peer.
 *
 *            match found               window of appends,
 *   probe ───────────────▶ pipeline    next moves on as they are sent
 *     ▲ ▲                    │
 *     │ └── failed/rejected ─┘
 *     │ snapshot sent or failed            entries needed are gone
 *     └──────────────────── snapshot ◀──────────────── probe
 */
export interface Progress {
  peer: Peer;
  mode: 'probe' | 'pipeline' | 'snapshot';
  /** Index of the next entry to send. */
  next: number;
  /** Highest index known to be durable on the peer. */
  match: number;
  inflight: number;
  epoch: number;
  /** Entries are being read from disk. */
  loading: boolean;
  /** Rejections in a row: each doubles the step back. */
  rejections: number;
  failures: number;
  retryAtMs: number;
  heartbeatAtMs: number;
  heartbeatSentMs: number;
  heartbeatInflight: boolean;
  keepAliveAtMs: number;
  /** When the newest answered request was sent: the peer had not given us up before that. */
  contactMs: number;
  /** Highest leadership-proof round answered. */
  ackedRound: number;
  /** The peer has left the configuration: it still gets the log up to here, until `leavingUntilMs`. */
  leavingAt: number;
  leavingUntilMs: number;
}

export function newProgress(peer: Peer, next: number, nowMs: number): Progress {
  return {
    peer,
    mode: 'probe',
    next,
    match: 0,
    inflight: 0,
    epoch: 0,
    loading: false,
    rejections: 0,
    failures: 0,
    retryAtMs: 0,
    heartbeatAtMs: nowMs,
    heartbeatSentMs: -Infinity,
    heartbeatInflight: false,
    keepAliveAtMs: nowMs,
    contactMs: nowMs,
    ackedRound: 0,
    leavingAt: Infinity,
    leavingUntilMs: Infinity,
  };
}

/** Back to feeling for the match, one request at a time; answers to what was sent before no longer count. */
export function probeAgain(progress: Progress, next: number): void {
  progress.mode = 'probe';
  progress.next = next;
  progress.inflight = 0;
  progress.loading = false;
  progress.epoch++;
}
