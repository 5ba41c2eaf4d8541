import {type RaftState, setHardState} from './raft-state.ts';

/**
 * A voter that has lost its log, but not its name: others may have counted it among those that hold an entry, and so call
 * committed what it does not know any more. Were it to vote now, for a candidate that lacks that entry too, a majority
 * would have forgotten it. It owes what it may have acknowledged, and gives no vote and does not stand until a leader has
 * brought it that far (docs/decisions/0020).
 *
 * How far is what the leader believes it to hold: the leader asks about the entry after the last that was acknowledged, or
 * a later one, before it is told that nothing is there. If it asks about the beginning, its commit index bounds what a
 * majority with this server in it can have agreed upon. What is owed stands on the disk with term and vote, so that it is
 * not forgotten a second time.
 */

/** The leader took for granted that this server holds `index`. */
export function oweAtLeast(state: RaftState, index: number): void {
  if (state.owed === undefined) return;
  state.owed = state.owed === Infinity ? index : Math.max(state.owed, index);
}

/** The log agrees with the leader's up to its end. @param known the last index that the leader has spoken of */
export function settleDebt(state: RaftState, known: number): void {
  if (state.owed === undefined) return;
  if (state.owed === Infinity) state.owed = known;
  if (state.log.last < state.owed) return;
  state.owed = undefined;
  setHardState(state, state.hard.term, state.hard.votedFor);
}
