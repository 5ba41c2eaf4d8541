import {type Random} from '../../runtime/random.ts';
import {type ConfigurationChange, isVoter} from '../configuration.ts';
import {decodeConfiguration} from '../configuration-codec.ts';
import {followerTimeoutSpread} from '../limits.ts';
import {type LogEntry, logType} from '../log-entry.ts';
import {type RaftConfig} from '../raft-config.ts';
import {type RaftError, RaftInvariantError} from '../raft-error.ts';
import {type ConfigurationHistory} from './configuration-history.ts';
import {type Effect, type HardState, type PersistEffect, type Role} from './effects.ts';
import {type Peer} from './messages.ts';
import {type Progress} from './progress.ts';
import {type RecentEntries} from './recent-entries.ts';
import {type TermLog} from './term-log.ts';

interface Persisting {
  readonly seq: number;
  /** Last index durable once it is; lowered when a later truncation takes the entries back. */
  lastIndex: number;
}

export interface Candidacy {
  readonly phase: 'pre-vote' | 'vote';
  /** Term asked for. */
  readonly term: number;
  readonly granted: Set<string>;
  /** Pre-votes in a row that found no quorum. */
  readonly rounds: number;
}

export interface Leadership {
  readonly peers: Map<string, Progress>;
  /** Index of the no-op that opened this term. */
  readonly firstIndex: number;
  leaseCheckAtMs: number;
  /** Newest leadership-proof round sent. */
  round: number;
  verifying: {readonly ref: number; readonly round: number}[];
  changes: {readonly ref: number; readonly change: ConfigurationChange; readonly prevIndex: number}[];
  transfer: {readonly ref: number; readonly to: string; readonly untilMs: number; asked: boolean} | undefined;
  restore: {readonly ref: number; readonly index: number} | undefined;
}

/** The whole state of a core. Only the files of this folder touch it. */
export interface RaftState {
  readonly self: Peer;
  readonly config: RaftConfig;
  readonly log: TermLog;
  readonly recent: RecentEntries;
  readonly configurations: ConfigurationHistory;
  hard: HardState;
  role: Role;
  leader: Peer | undefined;
  candidacy: Candidacy | undefined;
  leadership: Leadership | undefined;
  commitIndex: number;
  /** Highest index handed to 'apply'. */
  applyIndex: number;
  /** Highest index of the log that is durable here. */
  durableIndex: number;
  seq: number;
  durableSeq: number;
  /** The persist with the newest term or vote. */
  hardSeq: number;
  persisting: Persisting[];
  electionAtMs: number;
  /** When a leader was last heard of. */
  contactMs: number;
  lateDoubts: number;
  /** Index up to which the log must reach before this server votes again; Infinity: not known yet. Undefined: nothing is owed (debt.ts). */
  owed: number | undefined;
  nowMs: number;
  wallMs: number;
  random: Random;
  effects: Effect[];
}

/** Uniform in [x, (1 + spread)·x). */
export function randomTimeout(state: RaftState, baseMs: number, spread = 1): number {
  return baseMs * (1 + spread * state.random.float());
}

/** When a follower that hears nothing from now on stands for election. */
export function followerTimeoutAtMs(state: RaftState): number {
  return state.nowMs + randomTimeout(state, state.config.heartbeatTimeoutMs, followerTimeoutSpread);
}

/**
 * Whether this server may stand for election: as a voter, or as one that the newest configuration takes the vote from while
 * nobody can say that this configuration is committed. The latter may hold the longest log, without which nobody wins
 * (dissertation §4.2.2).
 */
export function mayStand({configurations, commitIndex, self, owed}: RaftState): boolean {
  if (owed !== undefined) return false;
  if (isVoter(configurations.latest, self.id)) return true;
  return configurations.latestIndex > commitIndex && isVoter(configurations.at(commitIndex).configuration, self.id);
}

/** Emits a step towards the disk and keeps book of what it will make durable. */
export function persist(state: RaftState, parts: Omit<PersistEffect, 'kind' | 'seq'>): number {
  const seq = ++state.seq;
  state.effects.push({kind: 'persist', seq, ...parts});
  if (parts.hardState !== undefined) state.hardSeq = seq;
  state.persisting.push({seq, lastIndex: state.log.last});
  return seq;
}

export function setHardState(state: RaftState, term: number, votedFor: string): void {
  if (term < state.hard.term) throw new RaftInvariantError(`term goes back from ${state.hard.term} to ${term}`);
  state.hard = state.owed === undefined ? {term, votedFor} : {term, votedFor, owes: true};
  persist(state, {hardState: state.hard});
}

/** Appends to the log in memory; the caller persists. */
export function appendInMemory(state: RaftState, entries: readonly LogEntry[]): void {
  for (const entry of entries) {
    state.log.append(entry.index, entry.term);
    state.recent.push(entry);
    if (entry.type === logType.configuration && entry.data !== null) {
      state.configurations.push(entry.index, decodeConfiguration(entry.data));
    }
  }
}

/** Takes a suffix out of the log in memory; the caller persists. */
export function truncateInMemory(state: RaftState, index: number): void {
  if (index <= state.commitIndex) throw new RaftInvariantError(`committed entry ${index} is to be removed`);
  state.log.truncateFrom(index);
  state.recent.truncateFrom(index);
  state.configurations.truncateFrom(index);
  state.durableIndex = Math.min(state.durableIndex, index - 1);
  for (const pending of state.persisting) pending.lastIndex = Math.min(pending.lastIndex, index - 1);
}

/** Empties the log in memory: all before `next` is covered by a snapshot. */
export function resetInMemory(state: RaftState, next: number): void {
  state.log.resetTo(next);
  state.recent.clear();
  state.durableIndex = next - 1;
  for (const pending of state.persisting) pending.lastIndex = next - 1;
}

export function persisted(state: RaftState, seq: number): void {
  while ((state.persisting[0]?.seq ?? Infinity) <= seq) {
    const done = state.persisting.shift();
    if (done !== undefined) state.durableIndex = done.lastIndex;
  }
  state.durableSeq = Math.max(state.durableSeq, seq);
  state.recent.evict(Math.min(state.durableIndex, state.applyIndex));
}

/** Moves the commit index on and hands to 'apply' what is also durable here. */
export function commitTo(state: RaftState, index: number): void {
  if (index > state.commitIndex) {
    state.commitIndex = index;
    state.configurations.committed(index);
  }
  const apply = Math.min(state.commitIndex, state.durableIndex);
  if (apply > state.applyIndex) {
    state.applyIndex = apply;
    state.effects.push({kind: 'apply', index: apply});
  }
}

export function refuse(state: RaftState, ref: number, error: RaftError): void {
  state.effects.push({kind: 'refused', ref, error});
}

export function emitRole(state: RaftState): void {
  state.effects.push({kind: 'role', role: state.role, term: state.hard.term, leader: state.leader});
}
