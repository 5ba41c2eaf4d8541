import {type Proposed} from '../core/inputs.ts';
import {proposalsPendingMax} from '../limits.ts';
import {type LogEntry} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';

export interface Applied {
  readonly index: number;
  /** What the FSM returned, as it is. */
  readonly result: unknown;
}

interface Waiter {
  readonly resolve: (applied: Applied) => void;
  readonly reject: (error: unknown) => void;
  /** Of its entry, once it is appended. */
  term: number;
}

/** Proposals on their way: first queued (so that what comes together is appended together), then pending by index. */
export class Proposals {
  #queue: {readonly proposed: Proposed; readonly waiter: Waiter}[] = [];
  readonly #pending = new Map<number, Waiter>();
  /** What one core input carried, until the core says where it was appended. */
  readonly #submitted = new Map<number, readonly Waiter[]>();

  get queuedCount(): number {
    return this.#queue.length;
  }

  /** Queues one payload. @throws RaftError 'overloaded' when too many wait */
  enqueue(proposed: Proposed): Promise<Applied> {
    if (this.#queue.length + this.#pending.size >= proposalsPendingMax) {
      return Promise.reject(new RaftError('overloaded', `more than ${proposalsPendingMax} writes are waiting for the raft log`));
    }
    return new Promise((resolve, reject) => this.#queue.push({proposed, waiter: {resolve, reject, term: 0}}));
  }

  /** Takes the queue as one input of the core. */
  submit(ref: number): Proposed[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#submitted.set(ref, queue.map((queued) => queued.waiter));
    return queue.map((queued) => queued.proposed);
  }

  /** Registers someone who waits for an entry the core itself makes (a membership change). */
  submitWaiter(ref: number): Promise<Applied> {
    return new Promise((resolve, reject) => this.#submitted.set(ref, [{resolve, reject, term: 0}]));
  }

  appended(ref: number, firstIndex: number, term: number): void {
    let index = firstIndex;
    for (const waiter of this.#take(ref)) {
      waiter.term = term;
      this.#pending.set(index++, waiter);
    }
  }

  /** The core did it without an entry of its own. */
  done(ref: number, index: number): void {
    for (const waiter of this.#take(ref)) waiter.resolve({index, result: undefined});
  }

  refused(ref: number, error: RaftError): void {
    for (const waiter of this.#take(ref)) waiter.reject(error);
  }

  #take(ref: number): readonly Waiter[] {
    const waiters = this.#submitted.get(ref) ?? [];
    this.#submitted.delete(ref);
    return waiters;
  }

  applied(entry: LogEntry, result: unknown): void {
    const pending = this.#pending.get(entry.index);
    if (pending === undefined) return;
    this.#pending.delete(entry.index);
    if (pending.term === entry.term) pending.resolve({index: entry.index, result});
    else pending.reject(new RaftError('leadership-lost', 'leadership lost while committing log'));
  }

  /** Fails what waits for entries after `index`: nobody can say any more whether they will be committed. */
  failAfter(index: number, error: RaftError): void {
    for (const [at, pending] of this.#pending) {
      if (at <= index) continue;
      this.#pending.delete(at);
      pending.reject(error);
    }
  }

  failAll(error: RaftError): void {
    this.failAfter(-1, error);
    for (const ref of [...this.#submitted.keys()]) this.refused(ref, error);
    const queue = this.#queue;
    this.#queue = [];
    for (const {waiter} of queue) waiter.reject(error);
  }
}
