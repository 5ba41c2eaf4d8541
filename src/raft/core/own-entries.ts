import {type LogEntry} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';
import {type Proposed} from './inputs.ts';
import {appendInMemory, type Leadership, persist, type RaftState, refuse} from './raft-state.ts';
import {replicate} from './replication.ts';

/** Appends entries of this term and sends them on. Returns the first index. */
export function appendOwn(state: RaftState, leadership: Leadership, proposed: readonly Proposed[]): number {
  const first = state.log.last + 1;
  const term = state.hard.term;
  const entries: LogEntry[] = [];
  for (const {type, data, extensions} of proposed) {
    entries.push({index: first + entries.length, term, type, data, extensions, appendedAtMs: state.wallMs});
  }
  appendInMemory(state, entries);
  persist(state, {entries});
  for (const peer of leadership.peers.values()) replicate(state, leadership, peer);
  return first;
}

/** The leadership if it takes writes now; otherwise refuses `ref` and says why. */
export function leadershipForWrites(state: RaftState, ref: number): Leadership | undefined {
  const {leadership} = state;
  if (leadership === undefined) refuse(state, ref, new RaftError('not-leader', 'node is not the leader'));
  else if (leadership.transfer !== undefined) {
    refuse(state, ref, new RaftError('transfer-in-progress', 'leadership transfer in progress'));
  } else if (leadership.restore !== undefined) {
    refuse(state, ref, new RaftError('restoring', 'a snapshot restore is in progress'));
  } else return leadership;
  return undefined;
}
