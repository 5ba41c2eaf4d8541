import {RaftInvariantError} from '../raft-error.ts';
import {oweAtLeast, settleDebt} from './debt.ts';
import {identify} from './identify.ts';
import {type AppendRequest, type AppendResponse, type InstallSnapshotRequest, type InstallSnapshotResponse, type Peer} from './messages.ts';
import {appendInMemory, commitTo, followerTimeoutAtMs, persist, type RaftState, resetInMemory, truncateInMemory} from './raft-state.ts';
import {becomeFollower} from './role.ts';

/** Raft §5.3 and §7 as seen by the one who is told. */

function heardOf(state: RaftState, from: Peer, term: number): void {
  const leader = {id: from.id !== '' ? from.id : (identify(state, from)?.id ?? ''), address: from.address};
  const known = state.leader?.id === leader.id && state.leader.address === leader.address;
  if (term > state.hard.term || state.role !== 'follower' || !known) {
    if (state.role === 'leader' && term === state.hard.term) {
      throw new RaftInvariantError(`two leaders in term ${term}: ${state.self.id} and ${leader.id || leader.address}`);
    }
    becomeFollower(state, term, leader);
  }
  state.contactMs = state.nowMs;
  state.lateDoubts = 0;
  state.electionAtMs = followerTimeoutAtMs(state);
}

export function onAppend(state: RaftState, ref: number, request: AppendRequest): void {
  const lastIndex = state.log.last;
  const answer = (success: boolean, noRetryBackoff: boolean, afterSeq: number): void => {
    const response: AppendResponse = {kind: 'append-response', term: state.hard.term, success, lastIndex, noRetryBackoff};
    state.effects.push({kind: 'reply', ref, response, afterSeq});
  };
  if (request.term < state.hard.term) return answer(false, false, state.hardSeq);
  heardOf(state, request.from, request.term);
  if (request.heartbeat) return answer(true, false, state.hardSeq);
  if (!previousMatches(state, request)) {
    oweAtLeast(state, request.prevIndex);
    return answer(false, true, state.hardSeq);
  }

  const lastSent = request.prevIndex + request.entries.length;
  takeEntries(state, request);
  settleDebt(state, Math.max(lastSent, request.leaderCommit));
  // Only up to what this request has compared: a longer log of ours may differ beyond it (Raft §5.3, receiver rule 5).
  commitTo(state, Math.min(request.leaderCommit, Math.max(lastSent, state.commitIndex)));
  answer(true, false, state.durableIndex >= lastSent ? state.hardSeq : state.seq);
}

function previousMatches(state: RaftState, request: AppendRequest): boolean {
  // What the snapshot covers, or was dropped behind it, is committed and therefore equal everywhere.
  if (request.prevIndex < state.log.snapshotIndex) return true;
  return state.log.termAt(request.prevIndex) === request.prevTerm;
}

/** Skips what is there already, removes what conflicts, appends the rest. */
function takeEntries(state: RaftState, request: AppendRequest): void {
  const {entries} = request;
  let at = 0;
  for (; at < entries.length; at++) {
    const entry = entries[at];
    if (entry === undefined || entry.index > state.log.last) break;
    const term = state.log.termAt(entry.index);
    if (entry.index > state.commitIndex) {
      if (term !== entry.term) break;
    } else if (term !== undefined && term !== entry.term) {
      const restored = entry.index === state.log.snapshotIndex ? '; this server holds a snapshot that was restored here and that the cluster never came to have: move its raft folder away, and it will be filled from the leader' : '';
      throw new RaftInvariantError(`entry ${entry.index} is committed here in term ${term}, the leader has it in term ${entry.term}${restored}`);
    }
  }
  const first = entries[at];
  if (first === undefined) return;
  const fresh = at === 0 ? entries : entries.slice(at);
  if (first.index <= state.log.last) {
    truncateInMemory(state, first.index);
    appendInMemory(state, fresh);
    persist(state, {truncateFrom: first.index, entries: fresh});
  } else {
    appendInMemory(state, fresh);
    persist(state, {entries: fresh});
  }
}

/** Accepts or refuses the bytes of a snapshot before they are read. */
export function onSnapshotOffered(state: RaftState, ref: number, request: InstallSnapshotRequest): void {
  const answer = (accept: boolean, success: boolean): void => {
    const response: InstallSnapshotResponse = {kind: 'install-snapshot-response', term: state.hard.term, success};
    state.effects.push({kind: 'snapshot-answer', ref, accept, response, afterSeq: state.hardSeq});
  };
  if (request.term < state.hard.term) return answer(false, false);
  heardOf(state, request.from, request.term);
  answer(request.lastIndex > state.commitIndex, true);
}

/** The snapshot is in the store: it becomes the state, unless the world has moved on while it came. */
export function onSnapshotReceived(state: RaftState, ref: number, request: InstallSnapshotRequest): void {
  const response = (success: boolean): InstallSnapshotResponse => ({kind: 'install-snapshot-response', term: state.hard.term, success});
  if (request.term < state.hard.term || request.lastIndex <= state.commitIndex) {
    const success = request.term >= state.hard.term;
    state.effects.push({kind: 'snapshot-answer', ref, accept: false, response: response(success), afterSeq: state.hardSeq});
    return;
  }
  heardOf(state, request.from, request.term);
  const keeps = installPosition(state, request.lastIndex, request.lastTerm);
  state.configurations.install(request.configurationIndex, request.configuration, keeps ? request.lastIndex : Infinity);
  state.effects.push({kind: 'restore-fsm', ref, request, response: response(true), afterSeq: state.seq});
}

/** Raft §7: a log that holds the snapshot's last entry keeps what follows it; any other is discarded. */
export function installPosition(state: RaftState, index: number, term: number): boolean {
  const keeps = state.log.termAt(index) === term && index <= state.log.last;
  state.log.snapshotAt(index, term);
  if (!keeps) {
    resetInMemory(state, index + 1);
    persist(state, {resetTo: index + 1});
  }
  state.commitIndex = index;
  state.applyIndex = index;
  return keeps;
}
