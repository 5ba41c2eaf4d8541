import {applyBytesMax, applyEntriesMax, applySliceMs} from '../limits.ts';
import {type LogEntry, logType} from '../log-entry.ts';
import {type Clock} from '../../runtime/clock.ts';
import {RaftError, RaftInvariantError} from '../raft-error.ts';
import {type Fsm} from './fsm.ts';

interface ApplyTask {
  readonly kind: 'apply';
  upTo: number;
  superseded: boolean;
}

type Task = ApplyTask | {readonly kind: 'run'; readonly run: () => Promise<void>};

export interface ApplySource {
  /** Entries from memory, undefined when they are not there. */
  recent(first: number, last: number, bytesMax: number): readonly LogEntry[] | undefined;
  read(first: number, last: number, bytesMax: number): Promise<readonly LogEntry[]>;
  /** An entry is applied; `result` is the FSM's, undefined for entries that do not reach it. */
  applied(entry: LogEntry, result: unknown): void;
  /** The FSM threw or the log could not be read. */
  failed(error: unknown): void;
}

/**
 * Hands committed entries to the FSM in slices that leave the event loop air, and runs between them, in order, what
 * else needs the FSM at a point of the log (snapshot views, restores).
 */
export class ApplyQueue {
  readonly #fsm: Fsm;
  readonly #source: ApplySource;
  readonly #clock: Clock;
  #tasks: Task[] = [];
  #running: Promise<void> | undefined;
  #appliedIndex = 0;
  #sliceEntries = 64;
  #stopped = false;
  #waiters: {readonly index: number; readonly resolve: () => void; readonly reject: (error: Error) => void}[] = [];

  constructor(fsm: Fsm, source: ApplySource, clock: Clock) {
    this.#fsm = fsm;
    this.#source = source;
    this.#clock = clock;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** The FSM's state was replaced: it now stands at `index`. Only from within `run`, or before anything is applied. */
  jumpTo(index: number): void {
    this.#appliedIndex = index;
    this.#wake();
  }

  /** Resolves when everything up to `index` is applied. @throws RaftError 'shutdown' when that will not come any more */
  reached(index: number): Promise<void> {
    if (this.#appliedIndex >= index) return Promise.resolve();
    if (this.#stopped) return Promise.reject(stoppedError());
    return new Promise((resolve, reject) => this.#waiters.push({index, resolve, reject}));
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (waiter.index <= this.#appliedIndex) waiter.resolve();
      else if (this.#stopped) waiter.reject(stoppedError());
      else this.#waiters.push(waiter);
    }
  }

  applyUpTo(index: number): void {
    const last = this.#tasks.at(-1);
    if (last?.kind === 'apply' && !last.superseded) last.upTo = index;
    else this.#tasks.push({kind: 'apply', upTo: index, superseded: false});
    this.#start();
  }

  /**
   * What waits to be applied need not be any more: a snapshot of a later state is about to replace the FSM's, and the log
   * that held the entries is being emptied. What the FSM works on is finished.
   */
  supersede(): void {
    for (const task of this.#tasks) if (task.kind === 'apply') task.superseded = true;
  }

  /** Runs `run` when all before it is applied; nothing is applied until it settles. */
  run<T>(run: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#tasks.push({kind: 'run', run: async () => Promise.resolve().then(run).then(resolve, reject)});
      this.#start();
    });
  }

  /** Applies nothing further; resolves when what is being applied is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.#wake();
  }

  #start(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#work().then(
      () => {
        this.#running = undefined;
        if (this.#tasks.length > 0 && !this.#stopped) this.#start();
      },
      (error: unknown) => {
        this.#stopped = true;
        this.#wake();
        this.#source.failed(error);
      },
    );
  }

  async #work(): Promise<void> {
    for (let task = this.#tasks[0]; task !== undefined && !this.#stopped; task = this.#tasks[0]) {
      if (task.kind === 'run') await task.run();
      else {
        while (this.#appliedIndex < task.upTo && !task.superseded && !this.#stopped) {
          const startMs = this.#clock.nowMs();
          const slice = this.#applySlice(task);
          if (slice !== undefined) await slice;
          if (this.#appliedIndex < task.upTo && this.#clock.nowMs() - startMs > applySliceMs / 2) await loopTurn();
        }
      }
      if (!this.#stopped) this.#tasks.shift();
    }
  }

  #applySlice(task: ApplyTask): Promise<void> | undefined {
    const first = this.#appliedIndex + 1;
    const last = Math.min(task.upTo, this.#appliedIndex + this.#sliceEntries);
    const entries = this.#source.recent(first, last, applyBytesMax);
    if (entries !== undefined) return this.#applyEntries(entries);
    return this.#source.read(first, last, applyBytesMax).then((read) => (task.superseded ? undefined : this.#applyEntries(read)));
  }

  #applyEntries(entries: readonly LogEntry[]): Promise<void> | undefined {
    if (entries[0]?.index !== this.#appliedIndex + 1) {
      throw new RaftInvariantError(`committed entry ${this.#appliedIndex + 1} cannot be read back from the log`);
    }
    const commands = entries.filter((entry) => entry.type === logType.command);
    const startMs = this.#clock.nowMs();
    const results = commands.length > 0 ? this.#fsm.applyBatch(commands) : [];
    if (results instanceof Promise) {
      return results.then((settled) => this.#settle(entries, commands.length, settled, startMs));
    }
    this.#settle(entries, commands.length, results, startMs);
    return undefined;
  }

  #settle(entries: readonly LogEntry[], commandCount: number, results: readonly unknown[], startMs: number): void {
    if (results.length !== commandCount) throw new RaftInvariantError(`the FSM gave ${results.length} results for ${commandCount} commands`);
    this.#tuneSlice(this.#clock.nowMs() - startMs, entries.length);
    let command = 0;
    for (const entry of entries) {
      this.#appliedIndex = entry.index;
      this.#source.applied(entry, entry.type === logType.command ? results[command++] : undefined);
    }
    this.#wake();
  }

  /** Slices grow while they are quick and shrink when they take longer than a slice may. */
  #tuneSlice(tookMs: number, count: number): void {
    if (tookMs > applySliceMs) this.#sliceEntries = Math.max(1, Math.floor((count * applySliceMs) / tookMs));
    else if (tookMs < applySliceMs / 2) this.#sliceEntries = Math.min(applyEntriesMax, this.#sliceEntries * 2);
  }
}

function stoppedError(): RaftError {
  return new RaftError('shutdown', 'raft is already shutdown');
}

/** Lets the event loop go round once. */
function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
