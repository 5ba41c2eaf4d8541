import {isVoter, quorumSize, suffrage} from '../configuration.ts';
import {logType} from '../log-entry.ts';
import {type Proposed, type SendContext} from './inputs.ts';
import {startQueuedChange, stepDownIfRemoved} from './membership.ts';
import {type AppendResponse} from './messages.ts';
import {appendOwn, leadershipForWrites} from './own-entries.ts';
import {backOff, onRejected, replicate} from './replication.ts';
import {newProgress, type Progress} from './progress.ts';
import {commitTo, emitRole, type Leadership, type RaftState} from './raft-state.ts';
import {becomeFollower} from './role.ts';
import {continueTransfer} from './transfer.ts';
import {answerVerified} from './verify.ts';

/** What a leader does: Raft §5.3, §5.4.2, and the lease of sheet rpc-raft §13. */

export function becomeLeader(state: RaftState): void {
  state.role = 'leader';
  state.leader = state.self;
  state.candidacy = undefined;
  state.lateDoubts = 0;
  const leadership: Leadership = {
    peers: new Map(),
    firstIndex: state.log.last + 1,
    leaseCheckAtMs: state.nowMs + state.config.leaderLeaseTimeoutMs,
    round: 0,
    verifying: [],
    changes: [],
    transfer: undefined,
    restore: undefined,
  };
  state.leadership = leadership;
  for (const server of state.configurations.latest.servers) {
    if (server.id !== state.self.id) leadership.peers.set(server.id, newProgress(server, state.log.last + 1, state.nowMs));
  }
  emitRole(state);
  appendOwn(state, leadership, [{type: logType.noop, data: null, extensions: null}]);
}

export function onPropose(state: RaftState, ref: number, proposed: readonly Proposed[]): void {
  const leadership = leadershipForWrites(state, ref);
  if (leadership === undefined) return;
  const index = appendOwn(state, leadership, proposed);
  state.effects.push({kind: 'appended', ref, index, term: state.hard.term});
}

export function onAppendAnswer(state: RaftState, from: string, context: SendContext, response: AppendResponse): void {
  if (response.term > state.hard.term) return becomeFollower(state, response.term, undefined);
  const {leadership} = state;
  const peer = leadership?.peers.get(from);
  if (leadership === undefined || peer === undefined || context.term !== state.hard.term) return;
  peer.contactMs = Math.max(peer.contactMs, context.sentAtMs);
  peer.ackedRound = Math.max(peer.ackedRound, context.round);
  answerVerified(state, leadership);
  if (context.heartbeat) return heartbeatAnswered(state, leadership, peer);
  if (context.epoch === peer.epoch) peer.inflight--;
  if (response.success) matched(state, leadership, peer, context.lastIndex);
  else if (response.noRetryBackoff) onRejected(state, leadership, peer, context, response.lastIndex);
  else if (context.epoch === peer.epoch) backOff(state, peer);
}

function heartbeatAnswered(state: RaftState, leadership: Leadership, peer: Progress): void {
  peer.heartbeatInflight = false;
  if (peer.failures === 0 || peer.mode === 'snapshot') return;
  peer.failures = 0;
  peer.retryAtMs = 0;
  replicate(state, leadership, peer);
}

function matched(state: RaftState, leadership: Leadership, peer: Progress, lastIndex: number): void {
  peer.failures = 0;
  peer.rejections = 0;
  peer.match = Math.max(peer.match, lastIndex);
  peer.next = Math.max(peer.next, peer.match + 1);
  if (peer.mode === 'probe') peer.mode = 'pipeline';
  if (peer.match >= peer.leavingAt) leadership.peers.delete(peer.peer.id);
  advanceCommit(state, leadership);
  if (state.leadership !== leadership) return;
  replicate(state, leadership, peer);
  continueTransfer(state, leadership);
}

/**
 * Commits what a quorum of voters holds durably, but counts copies only of entries of this term: older ones are
 * committed with them (Raft §5.4.2, figure 8).
 */
export function advanceCommit(state: RaftState, leadership: Leadership): void {
  const index = quorumMatch(state, leadership);
  if (index > state.commitIndex && state.log.termAt(index) === state.hard.term) {
    commitTo(state, index);
    if (stepDownIfRemoved(state)) return;
    startQueuedChange(state, leadership);
    answerVerified(state, leadership);
  } else commitTo(state, state.commitIndex);
}

function quorumMatch(state: RaftState, leadership: Leadership): number {
  const {latest} = state.configurations;
  const matches: number[] = [];
  for (const server of latest.servers) {
    if (server.suffrage !== suffrage.voter) continue;
    matches.push(server.id === state.self.id ? state.durableIndex : (leadership.peers.get(server.id)?.match ?? 0));
  }
  matches.sort((a, b) => b - a);
  return matches[quorumSize(latest) - 1] ?? 0;
}

/** The moment up to which a quorum of voters had surely not turned to another leader. */
export function quorumContactMs(state: RaftState, leadership: Leadership): number {
  const {latest} = state.configurations;
  const contacts: number[] = [];
  for (const server of latest.servers) {
    if (server.suffrage !== suffrage.voter) continue;
    contacts.push(server.id === state.self.id ? state.nowMs : (leadership.peers.get(server.id)?.contactMs ?? -Infinity));
  }
  contacts.sort((a, b) => b - a);
  return contacts[quorumSize(latest) - 1] ?? -Infinity;
}

/** Sheet §13: a leader that no quorum answered within the lease steps down. */
export function checkLease(state: RaftState, leadership: Leadership): void {
  const endMs = quorumContactMs(state, leadership) + state.config.leaderLeaseTimeoutMs;
  if (state.nowMs >= endMs) becomeFollower(state, state.hard.term, undefined);
  else leadership.leaseCheckAtMs = endMs;
}

/** No peer's answer is needed for anything. */
export function isAlone(state: RaftState, leadership: Leadership): boolean {
  return leadership.peers.size === 0 && isVoter(state.configurations.latest, state.self.id);
}
