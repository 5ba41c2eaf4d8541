import {logType} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';
import {appendOwn, leadershipForWrites} from './own-entries.ts';
import {type RaftState, refuse, resetInMemory, persist} from './raft-state.ts';
import {replicate} from './replication.ts';
import {probeAgain} from './progress.ts';

/**
 * A user's snapshot becomes the state of the whole cluster (sheet rpc-raft §13): it takes an index past the log's end,
 * which no entry will ever have, so every follower must fetch the snapshot.
 */
export function onRestoreBegin(state: RaftState, ref: number): void {
  const leadership = leadershipForWrites(state, ref);
  if (leadership === undefined) return;
  if (state.configurations.latestIndex > state.commitIndex) {
    const why = 'a membership change is in progress, restore again when it is done';
    return refuse(state, ref, new RaftError('restoring', why));
  }
  const index = Math.max(state.log.last, state.log.snapshotIndex) + 1;
  leadership.restore = {ref, index};
  const {latest, latestIndex} = state.configurations;
  const position = {index, term: state.hard.term, configuration: latest, configurationIndex: latestIndex};
  state.effects.push({kind: 'restore-at', ref, position});
}

export function onRestoreEnd(state: RaftState, ref: number, ok: boolean): void {
  const {leadership} = state;
  if (leadership?.restore?.ref !== ref) {
    return refuse(state, ref, new RaftError('leadership-lost', 'leadership lost while restoring a snapshot'));
  }
  const {index} = leadership.restore;
  leadership.restore = undefined;
  if (!ok) return void state.effects.push({kind: 'done', ref, index: 0});
  state.log.snapshotAt(index, state.hard.term);
  resetInMemory(state, index + 1);
  persist(state, {resetTo: index + 1});
  state.commitIndex = index;
  state.applyIndex = index;
  for (const peer of leadership.peers.values()) probeAgain(peer, Math.min(peer.next, index));
  appendOwn(state, leadership, [{type: logType.noop, data: null, extensions: null}]);
  for (const peer of leadership.peers.values()) replicate(state, leadership, peer);
  state.effects.push({kind: 'done', ref, index});
}
