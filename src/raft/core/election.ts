import {isVoter, quorumSize, type RaftServer, suffrage} from '../configuration.ts';
import {type SendContext} from './inputs.ts';
import {leaderGoneShare, leaderGoneSpread, preVoteRetryShare, preVoteRetryShareMax, splitVoteRetryShare, splitVoteRetrySpread} from '../limits.ts';
import {identify} from './identify.ts';
import {becomeLeader} from './leader.ts';
import {type Peer, type PreVoteRequest, type PreVoteResponse, type RaftRequest, type VoteRequest, type VoteResponse} from './messages.ts';
import {emitRole, followerTimeoutAtMs, mayStand, type RaftState, randomTimeout, setHardState} from './raft-state.ts';
import {becomeFollower} from './role.ts';

/** Raft §5.2, with pre-vote (dissertation §9.6), in the form of sheet rpc-raft §13. */

/** The heartbeat timer of a follower or the round timer of a candidate has fired. */
export function electionTimeout(state: RaftState): void {
  if (state.candidacy?.phase === 'vote' && state.durableSeq < state.hardSeq) {
    // A slow disk: another round would only put one more write before the vote that this one waits for.
    state.electionAtMs = state.nowMs + randomTimeout(state, state.config.electionTimeoutMs);
    return;
  }
  const wasKnown = state.leader !== undefined;
  state.leader = undefined;
  if (!mayStand(state)) {
    state.electionAtMs = followerTimeoutAtMs(state);
    if (state.role !== 'follower') becomeFollower(state, state.hard.term, undefined);
    else if (wasKnown) emitRole(state);
    return;
  }
  campaign(state, state.config.preVote ? 'pre-vote' : 'vote', false);
}

/**
 * The leader's process is gone, as far as this server can see: it is forgotten, so that others get a (pre-)vote here, and
 * soon succeeded. What is seen may be wrong, for which reason nothing but patience depends on it: a leader that lives is
 * still known to the quorum that hears it, which grants no pre-vote, and its next message makes it known here again.
 */
export function onLeaderGone(state: RaftState, leader: Peer, sinceMs: number): void {
  // Without pre-vote a wrong view would cost a living leader its term.
  if (state.role !== 'follower' || state.leader === undefined || !state.config.preVote) return;
  if (!samePeer(state.leader, leader) || state.contactMs > sinceMs) return;
  state.leader = undefined;
  emitRole(state);
  if (!mayStand(state)) return;
  const soon = randomTimeout(state, state.config.heartbeatTimeoutMs * leaderGoneShare, leaderGoneSpread);
  state.electionAtMs = Math.min(state.electionAtMs, state.nowMs + soon);
}

export function campaign(state: RaftState, phase: 'pre-vote' | 'vote', leadershipTransfer: boolean): void {
  const term = state.hard.term + 1;
  const again = state.candidacy?.phase === 'pre-vote' && phase === 'pre-vote';
  const share = phase === 'pre-vote' ? Math.min(preVoteRetryShareMax, preVoteRetryShare * 2 ** (state.candidacy?.rounds ?? 0)) : 1;
  state.role = 'candidate';
  state.leader = undefined;
  state.electionAtMs = state.nowMs + randomTimeout(state, state.config.electionTimeoutMs * share);
  state.candidacy = {phase, term, granted: new Set(), rounds: again ? (state.candidacy?.rounds ?? 0) + 1 : 0};
  if (phase === 'vote') setHardState(state, term, state.self.id);
  if (!again) emitRole(state);
  const base = {from: state.self, term, lastIndex: state.log.last, lastTerm: state.log.lastTerm};
  const request: RaftRequest = phase === 'vote' ? {kind: 'vote', ...base, leadershipTransfer} : {kind: 'pre-vote', ...base};
  for (const server of state.configurations.latest.servers) {
    if (server.suffrage !== suffrage.voter || server.id === state.self.id) continue;
    state.effects.push({kind: 'send', to: server, request, context: voteContext(state, term), afterSeq: state.hardSeq});
  }
  // A pre-vote costs nothing; one's own vote counts when it is durable (see ownVoteDurable).
  if (phase === 'pre-vote') granted(state, state.self.id);
}

function voteContext(state: RaftState, term: number): SendContext {
  return {term, epoch: 0, heartbeat: false, prevIndex: 0, lastIndex: 0, sentAtMs: state.nowMs, round: 0};
}

/** To be called after each 'persisted': the vote for oneself counts once it is on disk. */
export function ownVoteDurable(state: RaftState): void {
  if (state.candidacy?.phase === 'vote' && state.durableSeq >= state.hardSeq) granted(state, state.self.id);
}

function granted(state: RaftState, id: string): void {
  const candidacy = state.candidacy;
  if (candidacy === undefined || candidacy.granted.has(id)) return;
  if (!isVoter(state.configurations.latest, id)) return;
  candidacy.granted.add(id);
  if (candidacy.granted.size < quorumSize(state.configurations.latest)) return;
  if (candidacy.phase === 'pre-vote') campaign(state, 'vote', false);
  else becomeLeader(state);
}

export function onVoteAnswer(state: RaftState, from: string, context: SendContext, response: VoteResponse | PreVoteResponse): void {
  if (response.term > context.term || (response.kind === 'vote-response' && response.term > state.hard.term)) {
    if (response.term > state.hard.term) becomeFollower(state, response.term, undefined);
    return;
  }
  const phase = response.kind === 'vote-response' ? 'vote' : 'pre-vote';
  if (state.candidacy?.phase !== phase || state.candidacy.term !== context.term) return;
  if (response.granted) granted(state, from);
  else if (phase === 'vote') voteRefused(state);
}

/** Who was found electable a moment ago and is refused now has a rival in this term: no use in waiting for it to end. */
function voteRefused(state: RaftState): void {
  if (!state.config.preVote) return;
  const soon = randomTimeout(state, state.config.electionTimeoutMs * splitVoteRetryShare, splitVoteRetrySpread);
  state.electionAtMs = Math.min(state.electionAtMs, state.nowMs + soon);
}

/** An old server's "unexpected command" to a pre-vote is consent (sheet §13). */
export function onPreVoteUnsupported(state: RaftState, from: string, context: SendContext): void {
  if (state.candidacy?.phase === 'pre-vote' && state.candidacy.term === context.term) granted(state, from);
}

/** Answers a RequestVote; a granted vote leaves only once durable. */
export function onVoteRequest(state: RaftState, ref: number, request: VoteRequest): void {
  const answer = (yes: boolean): void => {
    const response: VoteResponse = {kind: 'vote-response', term: state.hard.term, granted: yes};
    state.effects.push({kind: 'reply', ref, response, afterSeq: state.hardSeq});
  };
  const server = identify(state, request.from);
  if (refusedAtSight(state, request, server, request.leadershipTransfer)) return answer(false);
  if (request.term > state.hard.term) becomeFollower(state, request.term, undefined);
  if (server !== undefined && server.suffrage !== suffrage.voter) return answer(false);
  const name = server?.id ?? (request.from.id || request.from.address);
  if (state.hard.votedFor !== '') return answer(state.hard.votedFor === name);
  if (!upToDate(state, request)) return answer(false);
  setHardState(state, state.hard.term, name);
  state.electionAtMs = followerTimeoutAtMs(state);
  answer(true);
}

/** The same questions, changing nothing. */
export function onPreVoteRequest(state: RaftState, ref: number, request: PreVoteRequest): void {
  const server = identify(state, request.from);
  const refused =
    refusedAtSight(state, request, server, false) ||
    (server !== undefined && server.suffrage !== suffrage.voter) ||
    !upToDate(state, request);
  const term = refused ? state.hard.term : Math.max(state.hard.term, request.term);
  const response: PreVoteResponse = {kind: 'pre-vote-response', term, granted: !refused};
  state.effects.push({kind: 'reply', ref, response, afterSeq: state.hardSeq});
}

function refusedAtSight(state: RaftState, request: VoteRequest | PreVoteRequest, server: RaftServer | undefined, transfer: boolean): boolean {
  if (state.owed !== undefined) return true;
  if (server === undefined && state.configurations.latest.servers.length > 0) return true;
  if (state.leader !== undefined && !samePeer(state.leader, request.from) && !transfer) return true;
  return request.term < state.hard.term;
}

/** Raft §5.4.1: the candidate's log is at least as new as ours. */
function upToDate(state: RaftState, request: VoteRequest | PreVoteRequest): boolean {
  const lastTerm = state.log.lastTerm;
  return request.lastTerm > lastTerm || (request.lastTerm === lastTerm && request.lastIndex >= state.log.last);
}

function samePeer(a: Peer, b: Peer): boolean {
  return b.id === '' ? a.address === b.address : a.id === b.id;
}

/** Dissertation §3.10: the leader wants this server to take over; no pre-vote, and voters do not shield the leader. */
export function onTimeoutNow(state: RaftState, ref: number): void {
  state.effects.push({kind: 'reply', ref, response: {kind: 'timeout-now-response'}, afterSeq: 0});
  if (state.role === 'follower' && mayStand(state)) campaign(state, 'vote', true);
}
