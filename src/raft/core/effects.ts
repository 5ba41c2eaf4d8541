import {type LogEntry} from '../log-entry.ts';
import {type RaftError} from '../raft-error.ts';
import {type SendContext, type SnapshotPosition} from './inputs.ts';
import {type InstallSnapshotRequest, type InstallSnapshotResponse, type Peer, type RaftRequest, type RaftResponse} from './messages.ts';

export type Role = 'follower' | 'candidate' | 'leader';

export interface HardState {
  readonly term: number;
  /** Id (or, for a candidate of Consul 1.8, address) voted for in `term`; empty: nobody. */
  readonly votedFor: string;
  /** There because this server has lost its log and gives no vote yet (debt.ts). */
  readonly owes?: true;
}

/**
 * One step of the log towards the disk. Its parts are one unit, done in the order of the fields, and units are done in
 * the order of `seq`. The driver may join consecutive units into one synced write.
 */
export interface PersistEffect {
  readonly kind: 'persist';
  readonly seq: number;
  readonly hardState?: HardState;
  /** The log is emptied; the next entry will have this index. */
  readonly resetTo?: number;
  /** Entries with this index and later are removed. */
  readonly truncateFrom?: number;
  readonly entries?: readonly LogEntry[];
  /** Entries up to this index are no longer needed. Need not be synced. */
  readonly dropThrough?: number;
}

/**
 * What the driver must do, in order. `afterSeq`: not before the persist with this `seq` (and so all before it) is durable;
 * 0 or a `seq` already durable: at once. That is the whole of Raft's durability rule: a vote, a term or an entry is
 * durable before anyone else hears of it as ours. A leader's own AppendEntries do not wait for its own disk
 * (dissertation §10.2.1); its copy counts only once durable.
 */
export type Effect =
  | PersistEffect
  | {readonly kind: 'send'; readonly to: Peer; readonly request: RaftRequest; readonly context: SendContext; readonly afterSeq: number}
  | {readonly kind: 'reply'; readonly ref: number; readonly response: RaftResponse; readonly afterSeq: number}
  /** Read entries from disk for a follower that is behind what is kept in memory; answer with 'loaded'. */
  | {readonly kind: 'load'; readonly peer: string; readonly epoch: number; readonly first: number; readonly last: number}
  /** Stream the newest snapshot to this peer; answer with 'snapshot-sent'. */
  | {readonly kind: 'send-snapshot'; readonly to: Peer; readonly epoch: number; readonly term: number}
  /** Entries up to `index` are committed and durable here: apply them. */
  | {readonly kind: 'apply'; readonly index: number}
  /** Read the offered snapshot's bytes (accept) or answer at once. */
  | {readonly kind: 'snapshot-answer'; readonly ref: number; readonly accept: boolean; readonly response: InstallSnapshotResponse; readonly afterSeq: number}
  /** Replace the FSM's state by that received snapshot, after everything already handed to apply; then answer. */
  | {readonly kind: 'restore-fsm'; readonly ref: number; readonly request: InstallSnapshotRequest; readonly response: InstallSnapshotResponse; readonly afterSeq: number}
  | {readonly kind: 'role'; readonly role: Role; readonly term: number; readonly leader: Peer | undefined}
  /** The entries of a proposal (or of a membership change) have these indexes; done when applied in this term. */
  | {readonly kind: 'appended'; readonly ref: number; readonly index: number; readonly term: number}
  | {readonly kind: 'done'; readonly ref: number; readonly index: number}
  | {readonly kind: 'restore-at'; readonly ref: number; readonly position: SnapshotPosition}
  | {readonly kind: 'refused'; readonly ref: number; readonly error: RaftError};
