import {isVoter} from '../configuration.ts';
import {RaftError} from '../raft-error.ts';
import {leadershipForWrites} from './own-entries.ts';
import {type Progress} from './progress.ts';
import {type Leadership, type RaftState, refuse} from './raft-state.ts';

/** Leadership transfer (dissertation §3.10): stop writes, bring the target level, tell it to stand. */

export function onTransfer(state: RaftState, ref: number, to: string | undefined): void {
  const leadership = leadershipForWrites(state, ref);
  if (leadership === undefined) return;
  const target = to === undefined ? mostCurrent(state, leadership) : leadership.peers.get(to);
  if (target === undefined || !isVoter(state.configurations.latest, target.peer.id)) {
    const who = to === undefined ? 'no other voter' : `server "${to}" is no voter of this cluster or is this server`;
    return refuse(state, ref, new RaftError('transfer-failed', `cannot transfer leadership: ${who}`));
  }
  const untilMs = state.nowMs + state.config.electionTimeoutMs;
  leadership.transfer = {ref, to: target.peer.id, untilMs, asked: false};
  continueTransfer(state, leadership);
}

function mostCurrent(state: RaftState, leadership: Leadership): Progress | undefined {
  let best: Progress | undefined;
  for (const peer of leadership.peers.values()) {
    if (!isVoter(state.configurations.latest, peer.peer.id)) continue;
    if (best === undefined || peer.match > best.match) best = peer;
  }
  return best;
}

/** Sends TimeoutNow as soon as the target holds all we hold. */
export function continueTransfer(state: RaftState, leadership: Leadership): void {
  const {transfer} = leadership;
  if (transfer === undefined || transfer.asked) return;
  const target = leadership.peers.get(transfer.to);
  if (target === undefined || target.match < state.log.last) return;
  transfer.asked = true;
  const context = {term: state.hard.term, epoch: 0, heartbeat: false, prevIndex: 0, lastIndex: 0, sentAtMs: state.nowMs, round: 0};
  state.effects.push({kind: 'send', to: target.peer, request: {kind: 'timeout-now', from: state.self}, context, afterSeq: state.hardSeq});
}

/** Not finished within an election timeout, or the target cannot be reached: normal work resumes. */
export function abandonTransfer(state: RaftState, leadership: Leadership, why: string): void {
  const {transfer} = leadership;
  if (transfer === undefined) return;
  leadership.transfer = undefined;
  refuse(state, transfer.ref, new RaftError('transfer-failed', `leadership transfer failed: ${why}`));
}
