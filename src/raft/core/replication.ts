import {appendBytesMax, appendEntriesMax, failureBackoffBaseMs, failureBackoffMaxMs, inflightAppendsMax} from '../limits.ts';
import {type LogEntry} from '../log-entry.ts';
import {type SendContext} from './inputs.ts';
import {type AppendRequest} from './messages.ts';
import {probeAgain, type Progress} from './progress.ts';
import {type Leadership, type RaftState, randomTimeout} from './raft-state.ts';

/** How a leader brings its peers up to date: Raft §5.3, pipelined (dissertation §10.2). */

/** Sends whatever may go to this peer now. */
export function replicate(state: RaftState, leadership: Leadership, to: Progress): void {
  while (to.mode !== 'snapshot' && !to.loading && state.nowMs >= to.retryAtMs) {
    const window = to.mode === 'probe' ? 1 : inflightAppendsMax;
    if (to.inflight >= window || to.next > state.log.last) return;
    const prevTerm = state.log.termAt(to.next - 1);
    if (prevTerm === undefined || to.next < state.log.first) return sendSnapshot(state, to);
    const last = Math.min(state.log.last, to.next + appendEntriesMax - 1);
    const entries = state.recent.slice(to.next, last, appendBytesMax);
    if (entries === undefined) {
      to.loading = true;
      state.effects.push({kind: 'load', peer: to.peer.id, epoch: to.epoch, first: to.next, last});
      return;
    }
    sendEntries(state, leadership, to, prevTerm, entries);
  }
}

function sendEntries(state: RaftState, leadership: Leadership, to: Progress, prevTerm: number, entries: readonly LogEntry[]): void {
  const prevIndex = to.next - 1;
  const request: AppendRequest = {
    kind: 'append',
    from: state.self,
    term: state.hard.term,
    prevIndex,
    prevTerm,
    entries,
    leaderCommit: state.commitIndex,
    heartbeat: false,
  };
  send(state, leadership, to, request, prevIndex + entries.length);
  to.inflight++;
  to.keepAliveAtMs = state.nowMs + randomTimeout(state, state.config.commitTimeoutMs);
  // A probe waits for its answer; a pipeline runs ahead of the answers.
  if (to.mode === 'pipeline') to.next += entries.length;
}

function send(state: RaftState, leadership: Leadership, to: Progress, request: AppendRequest, lastIndex: number): void {
  const context: SendContext = {
    term: state.hard.term,
    epoch: to.epoch,
    heartbeat: request.heartbeat,
    prevIndex: request.prevIndex,
    lastIndex,
    sentAtMs: state.nowMs,
    round: leadership.round,
  };
  state.effects.push({kind: 'send', to: to.peer, request, context, afterSeq: state.hardSeq});
}

export function sendHeartbeat(state: RaftState, leadership: Leadership, to: Progress): void {
  const request: AppendRequest = {
    kind: 'append',
    from: state.self,
    term: state.hard.term,
    prevIndex: 0,
    prevTerm: 0,
    entries: [],
    leaderCommit: 0,
    heartbeat: true,
  };
  send(state, leadership, to, request, 0);
  to.heartbeatInflight = true;
  to.heartbeatSentMs = state.nowMs;
  to.heartbeatAtMs = state.nowMs + randomTimeout(state, state.config.heartbeatTimeoutMs / 10);
}

/** Carries the commit index to a peer that has all entries; also what keeps autopilot's "last contact" small. */
export function keepAlive(state: RaftState, leadership: Leadership, to: Progress): void {
  to.keepAliveAtMs = state.nowMs + randomTimeout(state, state.config.commitTimeoutMs);
  replicate(state, leadership, to);
  if (to.inflight > 0 || to.loading || to.mode === 'snapshot' || state.nowMs < to.retryAtMs) return;
  const prevTerm = state.log.termAt(to.next - 1);
  if (prevTerm === undefined) return sendSnapshot(state, to);
  sendEntries(state, leadership, to, prevTerm, []);
}

function sendSnapshot(state: RaftState, to: Progress): void {
  probeAgain(to, to.next);
  to.mode = 'snapshot';
  state.effects.push({kind: 'send-snapshot', to: to.peer, epoch: to.epoch, term: state.hard.term});
}

/** The entries that were not in memory. An empty answer: they are gone, so the snapshot has to do. */
export function onLoaded(state: RaftState, leadership: Leadership, to: Progress, entries: readonly LogEntry[]): void {
  to.loading = false;
  const first = entries[0];
  const last = entries.at(-1);
  const prevTerm = state.log.termAt(to.next - 1);
  const stillOurs = first?.index === to.next && last !== undefined && state.log.termAt(last.index) === last.term;
  if (prevTerm === undefined || !stillOurs) {
    if (first === undefined) sendSnapshot(state, to);
    else replicate(state, leadership, to);
    return;
  }
  sendEntries(state, leadership, to, prevTerm, entries);
  replicate(state, leadership, to);
}

/** The follower's log does not hold our previous entry: step back, by more each time. */
export function onRejected(state: RaftState, leadership: Leadership, to: Progress, context: SendContext, peerLast: number): void {
  if (context.epoch !== to.epoch || context.prevIndex <= to.match) return;
  const step = 2 ** Math.min(to.rejections++, 10) - 1;
  const floor = Math.max(to.match + 1, Math.min(state.log.first, context.prevIndex));
  const next = Math.max(Math.min(context.prevIndex - step, peerLast + 1), floor);
  probeAgain(to, Math.max(Math.min(next, context.prevIndex), 1));
  replicate(state, leadership, to);
}

export function onSendFailed(state: RaftState, to: Progress, context: SendContext): void {
  if (context.heartbeat) {
    to.heartbeatInflight = false;
    return;
  }
  if (context.epoch !== to.epoch) return;
  probeAgain(to, to.match > 0 ? to.match + 1 : context.prevIndex + 1);
  backOff(state, to);
}

export function backOff(state: RaftState, to: Progress): void {
  to.failures++;
  to.retryAtMs = state.nowMs + Math.min(failureBackoffBaseMs * 2 ** Math.min(to.failures, 20), failureBackoffMaxMs);
  to.keepAliveAtMs = to.retryAtMs;
}
