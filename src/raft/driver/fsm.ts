import {type LogEntry} from '../log-entry.ts';

/** A held view of the FSM's state: later entries do not change it. */
export interface FsmSnapshot {
  /** The state's bytes (state.bin, sheet rpc-raft §17), in pieces that take little time each. */
  write(): AsyncIterable<Buffer>;
  /** Called once when the view is no longer needed, whether `write` ended or not. */
  release(): void;
}

/** The replicated state machine. Calls never overlap. */
export interface Fsm {
  /**
   * Applies committed command entries, in order. One result an entry; each goes to its proposer as it is, an error value
   * too. Must be deterministic. A throw means this server cannot go on: it stops.
   */
  applyBatch(entries: readonly LogEntry[]): readonly unknown[] | Promise<readonly unknown[]>;
  /** O(1): the view as of the last applied entry. */
  snapshot(): FsmSnapshot;
  /** Replaces the whole state, all or nothing: after a rejection the state is what it was. */
  restore(source: AsyncIterable<Buffer>): Promise<void>;
}
