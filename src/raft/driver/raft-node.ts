import {type Timer} from '../../runtime/clock.ts';
import {type Configuration, type ConfigurationChange} from '../configuration.ts';
import {type Effect, type Role} from '../core/effects.ts';
import {type Input} from '../core/inputs.ts';
import {type Peer} from '../core/messages.ts';
import {RaftCore} from '../core/raft-core.ts';
import {chunkBytesMax, entryBytesMax} from '../limits.ts';
import {logType} from '../log-entry.ts';
import {GroupCommit} from '../log/group-commit.ts';
import {RaftError, RaftInvariantError} from '../raft-error.ts';
import {type SnapshotHead, type SnapshotMeta, type SnapshotStore} from '../snapshot/snapshot-store.ts';
import {ApplyQueue} from './apply-queue.ts';
import {chunkCommand} from './chunking.ts';
import {DurabilityGate} from './durability-gate.ts';
import {PeerLink} from './peer-link.ts';
import {type Applied, Proposals} from './proposals.ts';
import {type RaftNodeOptions} from './raft-node-options.ts';
import {raftStats} from './raft-stats.ts';
import {Snapshotter} from './snapshotter.ts';
import {readDisk} from './startup.ts';

export interface RoleChange {
  readonly role: Role;
  readonly term: number;
  /** Undefined when not known. */
  readonly leader: Peer | undefined;
}

/**
 * One server's Raft on a real disk and network: a loop around `RaftCore` that takes inputs, steps, and does what the
 * effects say. Everything durable goes through one group commit; everything applied through one queue.
 */
export class RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #gate = new DurabilityGate();
  readonly #proposals = new Proposals();
  readonly #group: GroupCommit;
  readonly #apply: ApplyQueue;
  readonly #roleListeners = new Set<(change: RoleChange) => void>();
  readonly #fatalListeners = new Set<(error: unknown) => void>();
  readonly #link: PeerLink;
  readonly #snapshotter: Snapshotter;
  #core: RaftCore | undefined;
  #timer: Timer | undefined;
  #timerAtMs = Infinity;
  #flushScheduled = false;
  #nextRef = 1;
  #ended: RaftError | undefined;
  /** Where a restore's snapshot must stand, by ref. */
  readonly #restoreAt = new Map<number, (head: SnapshotHead | RaftError) => void>();

  constructor(options: RaftNodeOptions) {
    this.#options = options;
    this.#group = new GroupCommit(
      options.logStore,
      (seq) => {
        this.#gate.durable(seq);
        this.#step({kind: 'persisted', seq});
      },
      (error) => this.#fail(new RaftError('broken', `the raft log cannot be written: ${error instanceof Error ? error.message : String(error)}`, {cause: error})),
    );
    this.#apply = new ApplyQueue(
      options.fsm,
      {
        recent: (first, last, bytesMax) => this.#running.state.recent.slice(first, last, bytesMax),
        read: (first, last, bytesMax) => options.logStore.read(first, last, bytesMax),
        applied: (entry, result) => this.#proposals.applied(entry, result),
        failed: (error) => this.#fail(error),
      },
      options.clock,
    );
    const host = {
      options,
      apply: this.#apply,
      step: (input: Input) => this.#step(input),
      newRef: () => this.#nextRef++,
      core: () => this.#running,
      fail: (error: unknown) => this.#fail(error),
    };
    this.#snapshotter = new Snapshotter(host);
    this.#link = new PeerLink(host, this.#gate);
  }

  /**
   * Reads the disk, restores the FSM, takes part. A sole voter is leader when this resolves; what is in its log is applied
   * from then on (`barrier` waits for it).
   * @throws RaftError 'corrupt' or 'broken' when the disk's content cannot be trusted
   */
  async start(): Promise<void> {
    const options = this.#options;
    const {clock, random, logger} = options;
    const {log, snapshot} = await readDisk(options);
    const self: Peer = {id: options.id, address: options.address};
    this.#core = new RaftCore(self, options.config, {...log, snapshot, hasForgotten: options.wasMember});
    this.#apply.jumpTo(snapshot.index);
    const {latest, latestIndex} = this.#core.state.configurations;
    logger.info('initial configuration', {index: latestIndex, servers: latest.servers.length});
    options.transport.serve(this.#link);
    this.#perform(this.#core.start(clock.nowMs(), clock.wallMs(), random));
    this.#snapshotter.arm();
    await this.#group.idle();
  }

  get #running(): RaftCore {
    if (this.#core === undefined) throw new RaftError('shutdown', 'raft has not been started');
    return this.#core;
  }

  /** Before the start: follower of nobody, who has heard nothing. */
  get role(): Role {
    return this.#core?.state.role ?? 'follower';
  }

  /**
   * True on a leader that has applied an entry of its own term, and so all that any leader before it has answered. Before
   * that a read here could be older than one that was answered a moment ago elsewhere.
   */
  get isCaughtUp(): boolean {
    const leadership = this.#core?.state.leadership;
    return leadership !== undefined && this.#apply.appliedIndex >= leadership.firstIndex;
  }

  get term(): number {
    return this.#running.state.hard.term;
  }

  get leader(): Peer | undefined {
    return this.#core?.state.leader;
  }

  get configuration(): Configuration {
    return this.#running.state.configurations.latest;
  }

  /** Index of the entry that stated `configuration`. */
  get configurationIndex(): number {
    return this.#running.state.configurations.latestIndex;
  }

  get appliedIndex(): number {
    return this.#apply.appliedIndex;
  }

  get commitIndex(): number {
    return this.#running.state.commitIndex;
  }

  get lastIndex(): number {
    return this.#running.state.log.last;
  }

  get lastTerm(): number {
    return this.#running.state.log.lastTerm;
  }

  /** Milliseconds since a leader was heard of; 0 on the leader, Infinity for never. */
  get lastContactMs(): number {
    return this.role === 'leader' ? 0 : this.#options.clock.nowMs() - (this.#core?.state.contactMs ?? -Infinity);
  }

  /** The known leader was not heard of for longer than its lease lasts: unless it hears a quorum elsewhere, it leads no more. */
  get isLeaderSilent(): boolean {
    return this.lastContactMs > this.#options.config.leaderLeaseTimeoutMs;
  }

  stats(): Record<string, string> {
    return raftStats(this.#running, this.#apply.appliedIndex, this.#options.clock.nowMs());
  }

  /** Calls `listener` at every change of role or known leader. Returns the way to stop it. */
  onRole(listener: (change: RoleChange) => void): () => void {
    this.#roleListeners.add(listener);
    return () => this.#roleListeners.delete(listener);
  }

  /** Calls `listener` once if this server can no longer keep its promises (disk, FSM, invariant): the process must end. */
  onFatal(listener: (error: unknown) => void): () => void {
    this.#fatalListeners.add(listener);
    return () => this.#fatalListeners.delete(listener);
  }

  /**
   * Puts a command into the log; resolves once it is durable, committed and applied here.
   * @param chunk cut it into parts if it is larger than 512 KiB (sheet §15; the FSM must assemble them)
   * @throws RaftError; after 'leadership-lost' and 'aborted-by-restore' the outcome is unknown
   */
  propose(data: Uint8Array, {extensions = null, chunk = false}: {extensions?: Uint8Array | null; chunk?: boolean} = {}): Promise<Applied> {
    if (data.length > entryBytesMax) {
      return Promise.reject(new RaftError('too-large', `a command of ${data.length} bytes is larger than the limit of ${entryBytesMax}`));
    }
    if (!chunk || data.length <= chunkBytesMax) return this.#enqueue(logType.command, data, extensions);
    return this.#proposeParts(data, extensions);
  }

  async #proposeParts(data: Uint8Array, extensions: Uint8Array | null): Promise<Applied> {
    const parts = chunkCommand(data, this.#options.random, extensions);
    const results = await Promise.all(parts.map((part) => this.#enqueue(logType.command, part.data, part.extensions)));
    const last = results.at(-1);
    if (last === undefined) throw new RaftInvariantError('a chunked command has no parts');
    return last;
  }

  #enqueue(type: number, data: Uint8Array | null, extensions: Uint8Array | null): Promise<Applied> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const applied = this.#proposals.enqueue({type, data, extensions});
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      // One turn of the loop later, so that all who were woken or came together share one disk sync.
      setImmediate(() => this.#flush());
    }
    return applied;
  }

  #flush(): void {
    this.#flushScheduled = false;
    if (this.#ended !== undefined || this.#proposals.queuedCount === 0) return;
    const ref = this.#nextRef++;
    this.#step({kind: 'propose', ref, entries: this.#proposals.submit(ref)});
  }

  /** Resolves when everything committed before the call is applied here. */
  async barrier(): Promise<number> {
    return (await this.#enqueue(logType.barrier, null, null)).index;
  }

  /**
   * Proves that this server still leads. Resolves with the commit index a read must have seen, once it is applied here: a
   * new leader commits what others were answered before it has applied it.
   */
  async verifyLeader(): Promise<number> {
    const index = await this.#ask((ref) => ({kind: 'verify-leader', ref}));
    await this.#apply.reached(index);
    return index;
  }

  /** Resolves with the index of the configuration entry when it is committed. `prevIndex` 0: whatever is in force. */
  async changeMembership(change: ConfigurationChange, prevIndex = 0): Promise<number> {
    return this.#ask((ref) => ({kind: 'change', ref, change, prevIndex}));
  }

  /** Hands leadership to `to`, or to the most current voter. Resolves when this server no longer leads. */
  async transferLeadership(to?: string): Promise<void> {
    await this.#ask((ref) => ({kind: 'transfer', ref, to}));
  }

  /** Writes the first configuration (sheet §14). @throws RaftError 'not-empty' or 'bad-configuration' */
  async bootstrap(configuration: Configuration): Promise<void> {
    await this.#ask((ref) => ({kind: 'bootstrap', ref, configuration}));
    await this.#group.idle();
  }

  async #ask(input: (ref: number) => Input): Promise<number> {
    if (this.#ended !== undefined) throw this.#ended;
    const ref = this.#nextRef++;
    const answer = this.#proposals.submitWaiter(ref);
    this.#step(input(ref));
    return (await answer).index;
  }

  /** Takes a snapshot now; undefined when nothing was applied since the last. */
  async snapshot(): Promise<SnapshotMeta | undefined> {
    return this.#snapshotter.take();
  }

  /** Where this server's snapshots are, for archives: `list()`, newest first, and `read(meta)`. */
  get snapshots(): SnapshotStore {
    return this.#options.snapshotStore;
  }

  /**
   * Makes a user's snapshot the state of the whole cluster (sheet §13, user restore). Writes that were under way fail.
   * @returns the index the state now stands at
   * @throws RaftError; whatever `fsm.restore` rejects with, and then nothing has changed
   */
  async restore(state: AsyncIterable<Buffer>): Promise<number> {
    const ref = this.#nextRef++;
    const position = await new Promise<SnapshotHead | RaftError>((resolve) => {
      this.#restoreAt.set(ref, resolve);
      this.#step({kind: 'restore-begin', ref});
    });
    if (position instanceof RaftError) throw position;
    this.#proposals.failAfter(this.commitIndex, new RaftError('aborted-by-restore', 'the write was cut off by a snapshot restore'));
    const prove = (): Promise<number> => this.#ask((proof) => ({kind: 'verify-leader', ref: proof}));
    return this.#snapshotter.restore(state, position, prove, (ok) => this.#restoreEnd(ref, ok));
  }

  #restoreEnd(ref: number, ok: boolean): Promise<number> {
    const answer = this.#proposals.submitWaiter(ref);
    this.#step({kind: 'restore-end', ref, ok});
    return answer.then((applied) => applied.index);
  }

  /** Stops taking part: what waits is refused, what is being written and applied is finished, the disk is closed. */
  async close(): Promise<void> {
    const first = this.#ended === undefined;
    this.#end(new RaftError('shutdown', 'raft is already shutdown'));
    if (first || this.#core !== undefined) await this.#options.transport.close();
    await this.#snapshotter.close();
    await this.#apply.stop();
    await this.#group.idle();
    await this.#options.logStore.close();
  }

  #end(error: RaftError): void {
    this.#ended ??= error;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#proposals.failAll(this.#ended);
    for (const resolve of this.#restoreAt.values()) resolve(this.#ended);
    this.#restoreAt.clear();
  }

  #fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#ended !== undefined) return;
    this.#options.logger.error('raft stops: it can no longer keep its promises', {error: text});
    this.#end(new RaftError('broken', `raft has stopped: ${text}`, {cause: error}));
    for (const listener of this.#fatalListeners) listener(error);
  }

  #step(input: Input): void {
    if (this.#ended !== undefined) return;
    const {clock, random} = this.#options;
    try {
      this.#perform(this.#running.step(input, clock.nowMs(), clock.wallMs(), random));
    } catch (error) {
      this.#fail(error);
    }
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#performOne(effect);
    this.#group.flush();
    this.#armTimer();
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#group.add(effect);
      case 'apply':
        return this.#apply.applyUpTo(effect.index);
      case 'appended':
        return this.#proposals.appended(effect.ref, effect.index, effect.term);
      case 'done':
        return this.#proposals.done(effect.ref, effect.index);
      case 'refused':
        this.#restoreAt.get(effect.ref)?.(effect.error);
        this.#restoreAt.delete(effect.ref);
        return this.#proposals.refused(effect.ref, effect.error);
      case 'restore-at':
        this.#restoreAt.get(effect.ref)?.(effect.position);
        this.#restoreAt.delete(effect.ref);
        return;
      case 'restore-fsm':
        // Whatever this server still wanted to answer as the leader it was is in that snapshot, or is not.
        this.#proposals.failAfter(-1, new RaftError('leadership-lost', 'leadership lost while committing log'));
        this.#apply.supersede();
        return this.#link.perform(effect);
      case 'role':
        return this.#roleChanged(effect);
      default:
        return this.#link.perform(effect);
    }
  }

  #roleChanged({role, term, leader}: RoleChange): void {
    this.#options.logger.info(`entering ${role} state`, {term, 'leader-id': leader?.id ?? '', 'leader-address': leader?.address ?? ''});
    if (role !== 'leader') {
      this.#proposals.failAfter(this.commitIndex, new RaftError('leadership-lost', 'leadership lost while committing log'));
    }
    for (const listener of this.#roleListeners) listener({role, term, leader});
  }

  #armTimer(): void {
    const atMs = this.#running.nextDeadlineMs;
    // A timer that fires too early looks again: cheaper than setting one anew at every step.
    if (this.#ended !== undefined || atMs === Infinity || (this.#timer !== undefined && this.#timerAtMs <= atMs)) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    // The sum of now and the difference may fall short of `atMs` by a rounding: a microsecond more, and it cannot.
    this.#timer = this.#options.clock.setTimer(atMs - this.#options.clock.nowMs() + 0.001, () => this.#timerFired());
  }

  #timerFired(): void {
    this.#timer = undefined;
    const lateMs = this.#options.clock.nowMs() - this.#running.nextDeadlineMs;
    if (lateMs < 0) return this.#armTimer();
    // Node runs due timers before it reads sockets: what lies unread there is heard first.
    setImmediate(() => {
      if (this.#ended !== undefined) return;
      if (this.#options.clock.nowMs() >= this.#running.nextDeadlineMs) this.#step({kind: 'tick', lateMs});
      else this.#armTimer();
    });
  }
}
