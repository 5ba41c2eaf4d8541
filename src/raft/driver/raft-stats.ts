import {configurationText, voterCount, isVoter} from '../configuration.ts';
import {type RaftCore} from '../core/raft-core.ts';

const roleWords = {follower: 'Follower', candidate: 'Candidate', leader: 'Leader'} as const;

/** The `raft` part of /v1/agent/self and `consul info` (sheet cli, http-core): all values are strings. */
export function raftStats(core: RaftCore, appliedIndex: number, nowMs: number): Record<string, string> {
  const {state} = core;
  const {latest} = state.configurations;
  const voters = voterCount(latest) - (isVoter(latest, state.self.id) ? 1 : 0);
  return {
    applied_index: String(appliedIndex),
    commit_index: String(state.commitIndex),
    fsm_pending: String(Math.max(0, state.applyIndex - appliedIndex)),
    last_contact: lastContactText(state.role === 'leader' ? 0 : nowMs - state.contactMs),
    last_log_index: String(state.log.last),
    last_log_term: String(state.log.lastTerm),
    last_snapshot_index: String(state.log.snapshotIndex),
    last_snapshot_term: String(state.log.snapshotTerm),
    latest_configuration: configurationText(latest),
    latest_configuration_index: '0',
    num_peers: String(voters),
    protocol_version: '3',
    protocol_version_max: '3',
    protocol_version_min: '0',
    snapshot_version_max: '1',
    snapshot_version_min: '0',
    state: roleWords[state.role],
    term: String(state.hard.term),
  };
}

/** Go's duration text for the small times that occur here; `never` before any contact. */
function lastContactText(ms: number): string {
  if (!Number.isFinite(ms)) return 'never';
  if (ms <= 0) return '0';
  return ms < 1000 ? `${ms.toFixed(6).replace(/\.?0+$/, '')}ms` : `${(ms / 1000).toFixed(9).replace(/\.?0+$/, '')}s`;
}
