import {quorumSize, suffrage} from '../configuration.ts';
import {RaftError} from '../raft-error.ts';
import {sendHeartbeat} from './replication.ts';
import {type Leadership, type RaftState, refuse} from './raft-state.ts';

/**
 * Proof of leadership for a read (dissertation §6.4): a quorum answers something sent after the question was asked. It
 * also waits for the first commit of the term, because before that the commit index may lag behind what others saw.
 */
export function onVerify(state: RaftState, ref: number): void {
  const {leadership} = state;
  if (leadership === undefined) return refuse(state, ref, new RaftError('not-leader', 'node is not the leader'));
  const waiting = leadership.verifying.at(-1);
  // Questions asked while a round is out wait for one common next round.
  if (waiting === undefined || waiting.round <= leadership.round) {
    leadership.verifying.push({ref, round: leadership.round + 1});
    if (waiting === undefined) sendRound(state, leadership);
  } else leadership.verifying.push({ref, round: waiting.round});
  answerVerified(state, leadership);
}

function sendRound(state: RaftState, leadership: Leadership): void {
  leadership.round++;
  for (const peer of leadership.peers.values()) sendHeartbeat(state, leadership, peer);
}

/** Answers whoever's round a quorum has answered. */
export function answerVerified(state: RaftState, leadership: Leadership): void {
  if (leadership.verifying.length === 0 || state.commitIndex < leadership.firstIndex) return;
  for (;;) {
    const proven = provenRound(state, leadership);
    const open: Leadership['verifying'] = [];
    for (const question of leadership.verifying) {
      if (question.round <= proven) state.effects.push({kind: 'done', ref: question.ref, index: state.commitIndex});
      else open.push(question);
    }
    leadership.verifying = open;
    const next = open[0];
    if (next === undefined || next.round <= leadership.round) return;
    sendRound(state, leadership);
  }
}

function provenRound(state: RaftState, leadership: Leadership): number {
  const {latest} = state.configurations;
  const rounds: number[] = [];
  for (const server of latest.servers) {
    if (server.suffrage !== suffrage.voter) continue;
    rounds.push(server.id === state.self.id ? leadership.round : (leadership.peers.get(server.id)?.ackedRound ?? 0));
  }
  rounds.sort((a, b) => b - a);
  return rounds[quorumSize(latest) - 1] ?? 0;
}
