import {type Random} from '../../runtime/random.ts';
import {checkConfiguration, type Configuration, isVoter, voterCount} from '../configuration.ts';
import {encodeConfiguration} from '../configuration-codec.ts';
import {lateTickDoubtsMax} from '../limits.ts';
import {logType} from '../log-entry.ts';
import {type RaftConfig} from '../raft-config.ts';
import {RaftError, RaftInvariantError} from '../raft-error.ts';
import {ConfigurationHistory} from './configuration-history.ts';
import {type Effect, type HardState} from './effects.ts';
import {campaign, electionTimeout, onLeaderGone, onPreVoteRequest, onPreVoteUnsupported, onTimeoutNow, onVoteAnswer, onVoteRequest, ownVoteDurable} from './election.ts';
import {onAppend, onSnapshotOffered, onSnapshotReceived} from './follower.ts';
import {type Input} from './inputs.ts';
import {advanceCommit, checkLease, isAlone, onAppendAnswer, onPropose} from './leader.ts';
import {onChange} from './membership.ts';
import {type Peer, type RaftRequest} from './messages.ts';
import {probeAgain} from './progress.ts';
import {appendInMemory, commitTo, followerTimeoutAtMs, type Leadership, mayStand, persist, persisted, type RaftState, randomTimeout, refuse} from './raft-state.ts';
import {RecentEntries} from './recent-entries.ts';
import {backOff, keepAlive, onLoaded, onSendFailed, replicate, sendHeartbeat} from './replication.ts';
import {onRestoreBegin, onRestoreEnd} from './restore.ts';
import {becomeFollower} from './role.ts';
import {TermLog, type TermRun} from './term-log.ts';
import {abandonTransfer, onTransfer} from './transfer.ts';
import {onVerify} from './verify.ts';

/** What a server finds on its disk when it starts. */
export interface RestoredState {
  readonly hardState: HardState;
  /** Index of the log's first entry; one past `lastIndex` when the log is empty. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly termRuns: readonly TermRun[];
  /** Configurations found in the log, ascending. */
  readonly configurations: readonly {readonly index: number; readonly configuration: Configuration}[];
  /** Nothing is on the disk although this server was a member of a cluster once: it may have made promises. */
  readonly hasForgotten?: boolean;
  /** Position of the newest usable snapshot, index 0 for none. */
  readonly snapshot: {readonly index: number; readonly term: number; readonly configuration: Configuration; readonly configurationIndex: number};
}

/** Raft for one server, without I/O, clock or chance of its own: `step(input) → effects`. It owns and mutates its state. */
export class RaftCore {
  readonly #state: RaftState;
  #started = false;

  /** @throws RaftInvariantError when log and snapshot leave a gap between them */
  constructor(self: Peer, config: RaftConfig, restored: RestoredState, recent = new RecentEntries()) {
    this.#state = initialState(self, config, restored, recent);
  }

  /** For drivers, checkers and statistics; not to be changed. */
  get state(): Readonly<RaftState> {
    return this.#state;
  }

  /** To be called once, before any `step`. A sole voter stands at once: there is nobody to wait for. */
  start(nowMs: number, wallMs: number, random: Random): readonly Effect[] {
    const state = this.#state;
    this.#enter(nowMs, wallMs, random);
    this.#started = true;
    state.electionAtMs = followerTimeoutAtMs(state);
    if (needsReset(state)) {
      state.log.resetTo(state.log.snapshotIndex + 1);
      state.durableIndex = state.log.last;
      persist(state, {resetTo: state.log.snapshotIndex + 1});
    }
    if (isSoleVoter(state)) campaign(state, 'vote', false);
    return this.#leave();
  }

  /** When the core wants its next tick, in milliseconds of the clock given to `step`; Infinity for never. */
  get nextDeadlineMs(): number {
    const state = this.#state;
    const {leadership} = state;
    if (leadership === undefined) return mayStand(state) || state.leader !== undefined ? state.electionAtMs : Infinity;
    let next = leadership.transfer?.untilMs ?? Infinity;
    if (!isAlone(state, leadership)) next = Math.min(next, leadership.leaseCheckAtMs);
    for (const peer of leadership.peers.values()) {
      next = Math.min(next, peer.heartbeatAtMs, peer.mode === 'snapshot' ? Infinity : peer.keepAliveAtMs, peer.leavingUntilMs);
    }
    return next;
  }

  /**
   * @param wallMs wall-clock milliseconds, only to stamp entries
   * @throws RaftInvariantError when the algorithm's promises are broken; the server must stop
   */
  step(input: Input, nowMs: number, wallMs: number, random: Random): readonly Effect[] {
    if (!this.#started) throw new RaftInvariantError('stepped before it was started');
    this.#enter(nowMs, wallMs, random);
    dispatch(this.#state, input);
    return this.#leave();
  }

  #enter(nowMs: number, wallMs: number, random: Random): void {
    const state = this.#state;
    state.nowMs = nowMs;
    state.wallMs = wallMs;
    state.random = random;
  }

  #leave(): readonly Effect[] {
    const {effects} = this.#state;
    this.#state.effects = [];
    return effects;
  }
}

const noChance: Random = {
  uint32: () => 0,
  float: () => 0,
  below: () => 0,
  bytes: (count) => new Uint8Array(count),
};

function initialState(self: Peer, config: RaftConfig, restored: RestoredState, recent: RecentEntries): RaftState {
  const {snapshot, firstIndex, lastIndex} = restored;
  if (firstIndex > snapshot.index + 1) {
    throw new RaftInvariantError(`the log begins at ${firstIndex} but the newest usable snapshot ends at ${snapshot.index}`);
  }
  const stated = snapshot.index > 0 ? [{index: snapshot.configurationIndex, configuration: snapshot.configuration}] : [];
  const state: RaftState = {
    self,
    config,
    log: new TermLog(firstIndex, lastIndex, restored.termRuns, snapshot.index, snapshot.term),
    recent,
    configurations: new ConfigurationHistory(stated),
    hard: restored.hardState,
    role: 'follower',
    leader: undefined,
    candidacy: undefined,
    leadership: undefined,
    commitIndex: snapshot.index,
    applyIndex: snapshot.index,
    durableIndex: lastIndex,
    seq: 0,
    durableSeq: 0,
    hardSeq: 0,
    persisting: [],
    electionAtMs: Infinity,
    contactMs: -Infinity,
    lateDoubts: 0,
    owed: restored.hardState.owes === true || (restored.hasForgotten === true && lastIndex === 0 && snapshot.index === 0) ? Infinity : undefined,
    nowMs: 0,
    wallMs: 0,
    random: noChance,
    effects: [],
  };
  if (needsReset(state)) return state;
  for (const {index, configuration} of restored.configurations) {
    if (index > snapshot.configurationIndex) state.configurations.push(index, configuration);
  }
  return state;
}

/** The log does not hold the snapshot's last entry: a snapshot was installed and the log not yet emptied. */
function needsReset(state: RaftState): boolean {
  const {log} = state;
  if (log.snapshotIndex === 0 || log.first === log.snapshotIndex + 1) return false;
  if (log.last < log.snapshotIndex) return true;
  return log.entryTermAt(log.snapshotIndex) !== log.snapshotTerm;
}

function isSoleVoter(state: RaftState): boolean {
  return voterCount(state.configurations.latest) === 1 && isVoter(state.configurations.latest, state.self.id);
}

function dispatch(state: RaftState, input: Input): void {
  switch (input.kind) {
    case 'tick':
      return onTick(state, input.lateMs);
    case 'request':
      return onRequest(state, input.ref, input.request);
    case 'response':
      if (input.response.kind === 'append-response') return onAppendAnswer(state, input.from, input.context, input.response);
      if (input.response.kind === 'timeout-now-response') return;
      return onVoteAnswer(state, input.from, input.context, input.response);
    case 'failed':
      return onFailed(state, input);
    case 'pre-vote-unsupported':
      return onPreVoteUnsupported(state, input.from, input.context);
    case 'persisted':
      persisted(state, input.seq);
      ownVoteDurable(state);
      if (state.leadership !== undefined) return advanceCommit(state, state.leadership);
      return commitTo(state, state.commitIndex);
    case 'leader-gone':
      return onLeaderGone(state, input.leader, input.sinceMs);
    case 'loaded': {
      const peer = state.leadership?.peers.get(input.peer);
      if (state.leadership !== undefined && peer?.epoch === input.epoch) onLoaded(state, state.leadership, peer, input.entries);
      return;
    }
    case 'bootstrap':
      return onBootstrap(state, input.ref, input.configuration);
    case 'propose':
      return onPropose(state, input.ref, input.entries);
    case 'verify-leader':
      return onVerify(state, input.ref);
    case 'change':
      return onChange(state, input.ref, input.change, input.prevIndex);
    case 'transfer':
      return onTransfer(state, input.ref, input.to);
    case 'snapshot-taken':
      return onSnapshotTaken(state, input.index, input.term);
    case 'snapshot-sent':
      return onSnapshotSent(state, input);
    case 'snapshot-offered':
      return onSnapshotOffered(state, input.ref, input.request);
    case 'snapshot-received':
      return onSnapshotReceived(state, input.ref, input.request);
    case 'restore-begin':
      return onRestoreBegin(state, input.ref);
    case 'restore-end':
      return onRestoreEnd(state, input.ref, input.ok);
  }
}

function onRequest(state: RaftState, ref: number, request: RaftRequest): void {
  switch (request.kind) {
    case 'append':
      return onAppend(state, ref, request);
    case 'vote':
      return onVoteRequest(state, ref, request);
    case 'pre-vote':
      return onPreVoteRequest(state, ref, request);
    case 'timeout-now':
      return onTimeoutNow(state, ref);
  }
}

function onTick(state: RaftState, lateMs: number): void {
  const {leadership} = state;
  const late = lateMs > state.config.heartbeatTimeoutMs / 10;
  if (leadership === undefined) {
    if (state.nowMs < state.electionAtMs) return;
    // This process stood still; the leader's heartbeats may lie unread in the sockets. They get a moment to be read.
    if (late && state.lateDoubts < lateTickDoubtsMax) {
      state.lateDoubts++;
      state.electionAtMs = state.nowMs + randomTimeout(state, state.config.heartbeatTimeoutMs / 4);
      return;
    }
    return electionTimeout(state);
  }
  if (late && state.lateDoubts < lateTickDoubtsMax) {
    state.lateDoubts++;
    leadership.leaseCheckAtMs = Math.max(leadership.leaseCheckAtMs, state.nowMs + state.config.leaderLeaseTimeoutMs / 4);
  } else if (!late) state.lateDoubts = 0;
  leaderTick(state, leadership);
}

function leaderTick(state: RaftState, leadership: Leadership): void {
  if (leadership.transfer !== undefined && state.nowMs >= leadership.transfer.untilMs) {
    abandonTransfer(state, leadership, 'it took longer than an election timeout');
  }
  for (const [id, peer] of leadership.peers) {
    if (state.nowMs >= peer.leavingUntilMs) {
      leadership.peers.delete(id);
      continue;
    }
    if (state.nowMs >= peer.heartbeatAtMs) {
      const stuck = peer.heartbeatInflight && state.nowMs - peer.heartbeatSentMs < state.config.heartbeatTimeoutMs / 2;
      if (stuck) peer.heartbeatAtMs = state.nowMs + randomTimeout(state, state.config.heartbeatTimeoutMs / 10);
      else sendHeartbeat(state, leadership, peer);
    }
    if (state.nowMs >= peer.keepAliveAtMs) keepAlive(state, leadership, peer);
  }
  if (!isAlone(state, leadership) && state.nowMs >= leadership.leaseCheckAtMs) checkLease(state, leadership);
}

function onFailed(state: RaftState, input: Extract<Input, {kind: 'failed'}>): void {
  const {leadership} = state;
  if (leadership === undefined || input.context.term !== state.hard.term) return;
  const peer = leadership.peers.get(input.from);
  if (peer === undefined) return;
  if (input.context.prevIndex === 0 && input.context.lastIndex === 0 && !input.context.heartbeat && leadership.transfer?.to === input.from && leadership.transfer.asked) {
    abandonTransfer(state, leadership, `server "${input.from}" cannot be reached`);
    return;
  }
  onSendFailed(state, peer, input.context);
}

/** Sheet §14 step 5: index 1, term 1, and the zero time. Only a server without any state may be bootstrapped. */
function onBootstrap(state: RaftState, ref: number, configuration: Configuration): void {
  if (state.log.last > 0 || state.log.snapshotIndex > 0 || state.hard.term > 0) {
    return refuse(state, ref, new RaftError('not-empty', 'bootstrap only works on new clusters'));
  }
  try {
    checkConfiguration(configuration);
  } catch (error) {
    if (!(error instanceof RaftError)) throw error;
    return refuse(state, ref, error);
  }
  const data = encodeConfiguration(configuration);
  const entries = [{index: 1, term: 1, type: logType.configuration, data, extensions: null, appendedAtMs: 0}];
  state.hard = {term: 1, votedFor: ''};
  // A new cluster: what was promised in another one holds no longer.
  state.owed = undefined;
  appendInMemory(state, entries);
  persist(state, {hardState: state.hard, entries});
  state.electionAtMs = followerTimeoutAtMs(state);
  state.effects.push({kind: 'done', ref, index: 1});
  if (isSoleVoter(state)) campaign(state, 'vote', false);
}

function onSnapshotTaken(state: RaftState, index: number, term: number): void {
  if (index <= state.log.snapshotIndex) return;
  state.log.snapshotAt(index, term);
  const through = Math.min(index, state.log.last - state.config.trailingLogs);
  if (through < state.log.first) return;
  state.log.dropThrough(through);
  persist(state, {dropThrough: through});
}

function onSnapshotSent(state: RaftState, input: Extract<Input, {kind: 'snapshot-sent'}>): void {
  if (input.term > state.hard.term) return becomeFollower(state, input.term, undefined);
  const {leadership} = state;
  const peer = leadership?.peers.get(input.to);
  if (leadership === undefined || peer?.epoch !== input.epoch || peer.mode !== 'snapshot') return;
  if (input.ok) {
    peer.failures = 0;
    peer.contactMs = Math.max(peer.contactMs, state.nowMs);
    peer.match = Math.max(peer.match, input.index);
    probeAgain(peer, peer.match + 1);
  } else {
    probeAgain(peer, peer.next);
    backOff(state, peer);
  }
  peer.keepAliveAtMs = Math.max(state.nowMs, peer.retryAtMs);
  replicate(state, leadership, peer);
}
