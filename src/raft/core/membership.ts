import {changedConfiguration, type Configuration, type ConfigurationChange, findServer, isVoter} from '../configuration.ts';
import {encodeConfiguration} from '../configuration-codec.ts';
import {logType} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';
import {appendOwn, leadershipForWrites} from './own-entries.ts';
import {newProgress} from './progress.ts';
import {type Leadership, type RaftState, refuse} from './raft-state.ts';
import {replicate} from './replication.ts';
import {becomeFollower} from './role.ts';

/** Membership, one server at a time (dissertation ch. 4), with Consul's suffrage. */

export function onChange(state: RaftState, ref: number, change: ConfigurationChange, prevIndex: number): void {
  const leadership = leadershipForWrites(state, ref);
  if (leadership === undefined) return;
  leadership.changes.push({ref, change, prevIndex});
  startQueuedChange(state, leadership);
}

/**
 * Starts the next change if the one before is committed, and an entry of this term too: without the latter two leaders
 * could work on different predecessors (Ongaro, raft-dev 2015-07-10).
 */
export function startQueuedChange(state: RaftState, leadership: Leadership): void {
  while (leadership.changes.length > 0) {
    if (state.commitIndex < leadership.firstIndex || state.configurations.latestIndex > state.commitIndex) return;
    const next = leadership.changes.shift();
    if (next !== undefined) startChange(state, leadership, next);
    if (state.leadership !== leadership) return;
  }
}

function startChange(state: RaftState, leadership: Leadership, {ref, change, prevIndex}: Leadership['changes'][number]): void {
  const {latest, latestIndex} = state.configurations;
  if (leadership.transfer !== undefined || leadership.restore !== undefined) {
    return refuse(state, ref, new RaftError('transfer-in-progress', 'leadership transfer or restore in progress'));
  }
  if (prevIndex > 0 && prevIndex !== latestIndex) {
    const why = `configuration changed since index ${prevIndex} (latest is ${latestIndex})`;
    return refuse(state, ref, new RaftError('bad-configuration', why));
  }
  let changed;
  try {
    changed = changedConfiguration(latest, change);
  } catch (error) {
    if (!(error instanceof RaftError)) throw error;
    return refuse(state, ref, error);
  }
  if (changed === latest) return void state.effects.push({kind: 'done', ref, index: latestIndex});
  const index = appendConfiguration(state, leadership, changed);
  state.effects.push({kind: 'appended', ref, index, term: state.hard.term});
}

function appendConfiguration(state: RaftState, leadership: Leadership, configuration: Configuration): number {
  const data = encodeConfiguration(configuration);
  const index = appendOwn(state, leadership, [{type: logType.configuration, data, extensions: null}]);
  syncPeers(state, leadership);
  return index;
}

/** Brings the leader's peers in line with the configuration in force; one that left still hears how it left, for a while. */
function syncPeers(state: RaftState, leadership: Leadership): void {
  const {latest, latestIndex} = state.configurations;
  for (const server of latest.servers) {
    if (server.id === state.self.id) continue;
    const known = leadership.peers.get(server.id);
    if (known === undefined) {
      const progress = newProgress(server, state.log.last + 1, state.nowMs);
      leadership.peers.set(server.id, progress);
      replicate(state, leadership, progress);
    } else {
      known.peer = server;
      known.leavingAt = Infinity;
      known.leavingUntilMs = Infinity;
    }
  }
  for (const [id, progress] of leadership.peers) {
    if (findServer(latest, id) !== undefined || progress.leavingAt !== Infinity) continue;
    progress.leavingAt = latestIndex;
    progress.leavingUntilMs = state.nowMs + state.config.electionTimeoutMs;
  }
}

/** A leader that is no voter any more leads until that is committed, then goes (dissertation §4.2.2). */
export function stepDownIfRemoved(state: RaftState): boolean {
  const {latest, latestIndex} = state.configurations;
  if (latestIndex > state.commitIndex || isVoter(latest, state.self.id)) return false;
  becomeFollower(state, state.hard.term, undefined);
  return true;
}
