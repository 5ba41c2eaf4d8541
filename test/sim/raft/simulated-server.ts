import {type Configuration, emptyConfiguration} from '../../../src/raft/configuration.ts';
import {type Effect, type PersistEffect} from '../../../src/raft/core/effects.ts';
import {type Input} from '../../../src/raft/core/inputs.ts';
import {type InstallSnapshotRequest, type InstallSnapshotResponse, type RaftRequest, type RaftResponse} from '../../../src/raft/core/messages.ts';
import {RaftCore, type RestoredState} from '../../../src/raft/core/raft-core.ts';
import {RecentEntries} from '../../../src/raft/core/recent-entries.ts';
import {DurabilityGate} from '../../../src/raft/driver/durability-gate.ts';
import {batchKey, BatchLayout, batchPrefix, decodeHardState, hardStateKey} from '../../../src/raft/log/batch-layout.ts';
import {joinPersists} from '../../../src/raft/log/join-persists.ts';
import {decodeBatch} from '../../../src/raft/log/log-frame.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {type LogEntry, logType} from '../../../src/raft/log-entry.ts';
import {type SnapshotHead} from '../../../src/raft/snapshot/snapshot-store.ts';
import {type World} from './world.ts';

interface StoredSnapshot extends SnapshotHead {
  readonly commands: readonly string[];
}

type SnapshotEffect = Extract<Effect, {kind: 'snapshot-answer' | 'restore-fsm'}>;

/** Memory for recent entries: small, so that followers and apply also read from the disk. */
const recentBytes = 1500;

/** A server of the simulation: the real core, log layout and gate, on a simulated disk and a simulated loop. */
export class SimulatedServer {
  readonly id: string;
  readonly address: string;
  readonly #world: World;
  #disk = new SimulatedDisk();
  #snapshots: StoredSnapshot[] = [];
  core: RaftCore | undefined;
  /** Counts the starts: what an earlier life left in the event queue is void. */
  life = 0;
  commands: string[] = [];
  appliedIndex = 0;
  #layout = new BatchLayout();
  #gate = new DurabilityGate();
  #waiting: PersistEffect[] = [];
  #writing = false;
  #nextRef = 1;
  #tickAtMs = Infinity;
  #replies = new Map<number, (response: RaftResponse) => void>();
  #offers = new Map<number, (effect: SnapshotEffect) => void>();
  /** Who waits for an answer of the core, by ref. */
  readonly asking = new Map<number, (effect: Extract<Effect, {kind: 'appended' | 'done' | 'refused'}>) => void>();
  /** What is on the disk of a server that is down. */
  #whenDown: RestoredState | undefined;
  #hasForgotten = false;
  stalledUntilMs = 0;

  constructor(world: World, id: string) {
    this.#world = world;
    this.id = id;
    this.address = `${id}:8300`;
    this.#whenDown = this.#readDisk();
  }

  #readDisk(): RestoredState {
    this.#layout = new BatchLayout();
    for (const [key, value] of this.#disk.scan(batchPrefix)) this.#layout.found(key, value);
    const opened = this.#layout.opened(decodeHardState(this.#disk.get(hardStateKey)));
    const snapshot = this.#snapshots.at(-1) ?? {index: 0, term: 0, configuration: emptyConfiguration, configurationIndex: 0};
    return {...opened, snapshot};
  }

  start(): void {
    const restored = {...this.#readDisk(), hasForgotten: this.#hasForgotten};
    this.#whenDown = undefined;
    this.life++;
    this.#gate = new DurabilityGate();
    this.commands = [...(this.#snapshots.at(-1)?.commands ?? [])];
    this.appliedIndex = restored.snapshot.index;
    this.core = new RaftCore({id: this.id, address: this.address}, this.#world.config, restored, new RecentEntries(recentBytes));
    this.#perform(this.core.start(this.#world.nowMs, this.#world.nowMs, this.#world.random));
  }

  crash(): void {
    this.core = undefined;
    this.life++;
    this.#waiting = [];
    this.#writing = false;
    this.#tickAtMs = Infinity;
    this.#replies = new Map();
    this.#offers = new Map();
    this.asking.clear();
    this.#disk.crash(this.#world.random);
    this.#whenDown = this.#readDisk();
  }

  /** Somebody empties the disk of a server that is down. @param knowsIt that there was something */
  forget(knowsIt: boolean): void {
    this.#disk = new SimulatedDisk();
    this.#snapshots = [];
    this.#hasForgotten = knowsIt;
    this.#whenDown = this.#readDisk();
  }

  /** The entry survives whatever happens to this server now. */
  holdsDurably(index: number, term: number): boolean {
    if (this.core !== undefined) {
      const {log, durableIndex} = this.core.state;
      return log.snapshotIndex >= index || (durableIndex >= index && log.termAt(index) === term);
    }
    const disk = this.#whenDown;
    if (disk === undefined) return false;
    if (disk.snapshot.index >= index) return true;
    return disk.lastIndex >= index && disk.termRuns.findLast((run) => run.first <= index)?.term === term;
  }

  get configuration(): Configuration {
    return this.core?.state.configurations.latest ?? emptyConfiguration;
  }

  /** Runs `work` later, if this life still lasts then; a stalled server does everything when it wakes. */
  later(delayMs: number, work: () => void): void {
    this.#at(this.#world.nowMs + delayMs, work);
  }

  #at(atMs: number, work: () => void): void {
    const {life} = this;
    const wake = (): void => {
      if (this.life !== life) return;
      if (this.stalledUntilMs > this.#world.nowMs) this.#world.at(this.stalledUntilMs, wake);
      else work();
    };
    this.#world.at(atMs, wake);
  }

  step(input: Input): void {
    if (this.core === undefined) return;
    const from = this.core.state.commitIndex;
    const {latest} = this.core.state.configurations;
    const effects = this.core.step(input, this.#world.nowMs, this.#world.nowMs, this.#world.random);
    this.#world.checkers.committedTo(this, this.core.state, from, latest, this.#world.servers);
    this.#perform(effects);
  }

  ask(make: (ref: number) => Input, answer: (effect: Extract<Effect, {kind: 'appended' | 'done' | 'refused'}>) => void): void {
    const ref = this.#nextRef++;
    this.asking.set(ref, answer);
    this.step(make(ref));
  }

  /** A request from the network; `reply` may be called much later, or never. */
  request(request: RaftRequest, reply: (response: RaftResponse) => void): void {
    const ref = this.#nextRef++;
    this.#replies.set(ref, reply);
    this.step({kind: 'request', ref, request});
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#performOne(effect);
    this.#write();
    this.#armTick();
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        for (const entry of effect.entries ?? []) this.#world.checkers.appended(this, entry, this.core?.state.log.termAt(entry.index - 1));
        this.#waiting.push(effect);
        return;
      case 'send':
        return this.#gate.after(effect.afterSeq, () => this.#world.send(this, effect.to.id, effect.request, effect.context));
      case 'reply':
        return this.#gate.after(effect.afterSeq, () => {
          this.#replies.get(effect.ref)?.(effect.response);
          this.#replies.delete(effect.ref);
        });
      case 'load':
        return this.later(this.#world.random.float() * 5, () => {
          const entries = this.#readEntries(effect.first, effect.last);
          this.step({kind: 'loaded', peer: effect.peer, epoch: effect.epoch, entries});
        });
      case 'send-snapshot':
        return this.#sendSnapshot(effect);
      case 'apply':
        return this.#apply(effect.index);
      case 'snapshot-answer':
      case 'restore-fsm':
        if (effect.kind === 'restore-fsm') this.#restoreFsm(effect.request.lastIndex);
        this.#offers.get(effect.ref)?.(effect);
        return;
      case 'role':
        if (effect.role === 'leader' && this.core !== undefined) this.#world.checkers.leaderElected(this, this.core.state);
        return;
      case 'appended':
      case 'done':
      case 'refused':
        this.asking.get(effect.ref)?.(effect);
        this.asking.delete(effect.ref);
        return;
      case 'restore-at':
        return;
    }
  }

  /** Group commit as in the driver, with a disk that takes its time. */
  #write(): void {
    if (this.#writing || this.#waiting.length === 0) return;
    const {diskFullShare} = this.#world.faults;
    if (diskFullShare > 0 && this.#world.random.float() < diskFullShare) return this.#endOfDisk();
    const {write, count, seq} = joinPersists(this.#waiting);
    this.#waiting.splice(0, count);
    this.#writing = true;
    const straddled = this.#layout.straddled(write);
    const value = straddled === undefined ? undefined : this.#disk.get(batchKey(straddled));
    this.#disk.write(this.#layout.plan(write, value));
    const {random} = this.#world;
    this.later(random.float() < 0.05 ? random.float() * 200 : random.float() * 10, () => {
      this.#disk.sync();
      this.#writing = false;
      this.#gate.durable(seq);
      this.step({kind: 'persisted', seq});
    });
  }

  /** A write fails: nothing of it is there, and the server ends, as its driver would, until there is room again. */
  #endOfDisk(): void {
    this.crash();
    this.#world.at(this.#world.nowMs + this.#world.random.float() * 2000, () => {
      if (this.core === undefined) this.start();
    });
  }

  #armTick(): void {
    const atMs = this.core?.nextDeadlineMs ?? Infinity;
    if (atMs === Infinity || (this.#tickAtMs <= atMs && this.#tickAtMs > this.#world.nowMs)) return;
    this.#tickAtMs = atMs;
    this.#at(atMs, () => {
      this.#tickAtMs = Infinity;
      const lateMs = this.#world.nowMs - (this.core?.nextDeadlineMs ?? Infinity);
      if (lateMs >= 0) this.step({kind: 'tick', lateMs});
      else this.#armTick();
    });
  }

  #readEntries(first: number, last: number): LogEntry[] {
    const found: LogEntry[] = [];
    for (let index = first; index <= last; index++) {
      const batch = this.#layout.batchOf(index);
      const value = batch === undefined ? undefined : this.#disk.get(batchKey(batch));
      const entry = batch === undefined || value === undefined ? undefined : decodeBatch(value, batch).find((e) => e.index === index);
      if (entry === undefined) return found;
      found.push(entry);
    }
    return found;
  }

  #apply(upTo: number): void {
    while (this.appliedIndex < upTo) {
      const index = this.appliedIndex + 1;
      const entry = this.core?.state.recent.get(index) ?? this.#readEntries(index, index)[0];
      if (entry === undefined) throw new Error(`${this.id} cannot read back committed entry ${index}`);
      this.#world.checkers.applied(this, entry);
      this.appliedIndex = index;
      if (entry.type === logType.command) this.commands.push(Buffer.from(entry.data ?? []).toString('latin1'));
      this.#world.entryApplied(this, entry);
    }
  }

  takeSnapshot(): void {
    const {core} = this;
    const term = core?.state.log.termAt(this.appliedIndex);
    if (core === undefined || term === undefined || this.appliedIndex <= core.state.log.snapshotIndex) return;
    const stated = core.state.configurations.at(this.appliedIndex);
    if (stated.index === 0) return;
    const head = {index: this.appliedIndex, term, configuration: stated.configuration, configurationIndex: stated.index, commands: [...this.commands]};
    this.later(this.#world.random.float() * 300, () => {
      this.#store(head);
      this.step({kind: 'snapshot-taken', index: head.index, term: head.term});
    });
  }

  #store(snapshot: StoredSnapshot): void {
    this.#snapshots.push(snapshot);
    this.#snapshots.sort((a, b) => a.term - b.term || a.index - b.index);
    this.#snapshots = this.#snapshots.slice(-2);
  }

  #sendSnapshot({to, epoch, term}: Extract<Effect, {kind: 'send-snapshot'}>): void {
    const snapshot = this.#snapshots.at(-1);
    const end = (ok: boolean, answerTerm: number): void =>
      this.step({kind: 'snapshot-sent', to: to.id, epoch, index: snapshot?.index ?? 0, ok, term: answerTerm});
    if (snapshot === undefined) throw new Error(`${this.id} has no snapshot to send`);
    const request: InstallSnapshotRequest = {
      kind: 'install-snapshot',
      from: {id: this.id, address: this.address},
      term,
      lastIndex: snapshot.index,
      lastTerm: snapshot.term,
      configuration: snapshot.configuration,
      configurationIndex: snapshot.configurationIndex,
      sizeBytes: 0,
    };
    this.#world.sendSnapshot(this, to.id, (target, reply) => target.#install(request, snapshot, reply), end);
  }

  #install(request: InstallSnapshotRequest, snapshot: StoredSnapshot, reply: (response: InstallSnapshotResponse) => void): void {
    const ref = this.#nextRef++;
    const received = {...snapshot};
    const answered = (effect: SnapshotEffect): void => this.#gate.after(effect.afterSeq, () => reply(effect.response));
    this.#offers.set(ref, (offered) => {
      if (offered.kind === 'restore-fsm' || !offered.accept) return answered(offered);
      this.#offers.set(ref, (effect) => {
        if (effect.kind !== 'restore-fsm') this.#snapshots = this.#snapshots.filter((kept) => kept !== received);
        answered(effect);
      });
      this.later(this.#world.random.float() * 200, () => {
        this.#store(received);
        this.step({kind: 'snapshot-received', ref, request});
      });
    });
    this.step({kind: 'snapshot-offered', ref, request});
  }

  #restoreFsm(index: number): void {
    const snapshot = this.#snapshots.findLast((s) => s.index === index);
    if (snapshot === undefined) throw new Error(`${this.id} lost the snapshot at ${index}`);
    this.commands = [...snapshot.commands];
    this.appliedIndex = index;
  }
}
