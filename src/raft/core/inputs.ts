import {type Configuration, type ConfigurationChange} from '../configuration.ts';
import {type LogEntry} from '../log-entry.ts';
import {type InstallSnapshotRequest, type Peer, type RaftRequest, type RaftResponse} from './messages.ts';

/** What a sender must hand back with the answer: the wire's answers do not say what they answer. */
export interface SendContext {
  readonly term: number;
  /** A peer's progress is reset now and then; answers from before do not count against its window. */
  readonly epoch: number;
  readonly heartbeat: boolean;
  readonly prevIndex: number;
  readonly lastIndex: number;
  readonly sentAtMs: number;
  /** Round of the leadership proof this request can count for. */
  readonly round: number;
}

/** A payload to become a log entry. */
export interface Proposed {
  readonly type: number;
  readonly data: Uint8Array | null;
  readonly extensions: Uint8Array | null;
}

export interface SnapshotPosition {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  readonly configurationIndex: number;
}

/** Everything that can happen to a core. `ref` comes back in the effect that answers. */
export type Input =
  /** The time that `nextDeadlineMs` named has come, `lateMs` ago. */
  | {readonly kind: 'tick'; readonly lateMs: number}
  | {readonly kind: 'request'; readonly ref: number; readonly request: RaftRequest}
  | {readonly kind: 'response'; readonly from: string; readonly context: SendContext; readonly response: RaftResponse}
  /** A request got no answer. Every 'send' with a context ends in exactly one of 'response' and 'failed'. */
  | {readonly kind: 'failed'; readonly from: string; readonly context: SendContext}
  /** The peer does not know pre-vote, which counts as its consent (sheet §13). */
  | {readonly kind: 'pre-vote-unsupported'; readonly from: string; readonly context: SendContext}
  /** All 'persist' effects up to `seq` are durable. */
  | {readonly kind: 'persisted'; readonly seq: number}
  /**
   * A connection over which this leader spoke broke `sinceMs` (of the clock given to `step`), and its port has refused
   * another one since then: its process is gone.
   */
  | {readonly kind: 'leader-gone'; readonly leader: Peer; readonly sinceMs: number}
  | {readonly kind: 'loaded'; readonly peer: string; readonly epoch: number; readonly entries: readonly LogEntry[]}
  | {readonly kind: 'bootstrap'; readonly ref: number; readonly configuration: Configuration}
  | {readonly kind: 'propose'; readonly ref: number; readonly entries: readonly Proposed[]}
  | {readonly kind: 'verify-leader'; readonly ref: number}
  | {readonly kind: 'change'; readonly ref: number; readonly change: ConfigurationChange; readonly prevIndex: number}
  | {readonly kind: 'transfer'; readonly ref: number; readonly to: string | undefined}
  /** A snapshot of what is applied up to `index` is durable here; the log before it may go. */
  | {readonly kind: 'snapshot-taken'; readonly index: number; readonly term: number}
  | {readonly kind: 'snapshot-sent'; readonly to: string; readonly epoch: number; readonly index: number; readonly ok: boolean; readonly term: number}
  /** The head of an InstallSnapshot has come, its bytes have not been read. */
  | {readonly kind: 'snapshot-offered'; readonly ref: number; readonly request: InstallSnapshotRequest}
  /** That snapshot is complete and durable in the snapshot store. */
  | {readonly kind: 'snapshot-received'; readonly ref: number; readonly request: InstallSnapshotRequest}
  | {readonly kind: 'restore-begin'; readonly ref: number}
  /** `ok`: the FSM holds the user's state and its snapshot at the agreed index is durable. */
  | {readonly kind: 'restore-end'; readonly ref: number; readonly ok: boolean};
