import {RaftError} from '../raft-error.ts';
import {type Peer} from './messages.ts';
import {emitRole, followerTimeoutAtMs, type RaftState, refuse, setHardState} from './raft-state.ts';

/** Back to following; a newer term is adopted. `leader` undefined: not known. */
export function becomeFollower(state: RaftState, term: number, leader: Peer | undefined): void {
  if (term > state.hard.term) setHardState(state, term, '');
  const changed = state.role !== 'follower' || state.leader?.id !== leader?.id || state.leader?.address !== leader?.address;
  if (state.leadership !== undefined) {
    // Until now this was the freshest of all: how old it is counts from here, not from before it led.
    state.contactMs = state.nowMs;
    failLeadership(state, new RaftError('leadership-lost', 'leadership lost while committing log'));
  }
  // A mere newer term does not put off a follower's own timer: a server that cannot win must not keep others quiet.
  if (state.role !== 'follower' || leader !== undefined) {
    state.electionAtMs = followerTimeoutAtMs(state);
  }
  state.role = 'follower';
  state.leader = leader;
  state.candidacy = undefined;
  state.leadership = undefined;
  if (changed) emitRole(state);
}

/** Leadership ends: whoever waits on it is told. A transfer ends well by exactly that. */
function failLeadership(state: RaftState, error: RaftError): void {
  const {leadership} = state;
  if (leadership === undefined) return;
  for (const {ref} of leadership.verifying) refuse(state, ref, error);
  for (const {ref} of leadership.changes) refuse(state, ref, error);
  if (leadership.transfer !== undefined) {
    const {ref, asked} = leadership.transfer;
    if (asked) state.effects.push({kind: 'done', ref, index: 0});
    else refuse(state, ref, error);
  }
}
