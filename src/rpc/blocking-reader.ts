import {type Authorizer, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {type QueryMeta, type QueryOptions} from '../schema/rpc-common.ts';
import {type AnswerSpace, type Kept} from '../store/kept.ts';
import {type Query} from '../store/query.ts';
import {type Store} from '../store/store.ts';
import {canceledText} from './net/rpc-error.ts';
import {type QueryOutcome} from './query-outcome.ts';

/** What a read knows of the server's place in the cluster. */
export interface LeadershipView {
  readonly knownLeader: boolean;
  /** Nanoseconds since the leader was last heard; 0 on the leader. */
  readonly lastContactNs: number;
}

export interface BlockingReaderOptions {
  readonly store: Store;
  readonly resolver: TokenResolver;
  readonly leadership: LeadershipView;
  readonly clock: Clock;
  readonly random: Random;
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
}

/** One domain query as an endpoint asks it. */
export interface Read<T> {
  readonly options: QueryOptions;
  /** Where its answers are kept: one space a method. */
  readonly space: AnswerSpace<QueryOutcome<T>>;
  /** Canonical arguments: equal keys, equal answers. */
  readonly key: string;
  readonly query: (query: Query, authorizer: Authorizer) => QueryOutcome<T>;
  readonly signal: AbortSignal | undefined;
}

export interface ReadResult<T> {
  readonly value: T;
  readonly meta: QueryMeta;
  /** Undefined for what is not kept: a missing single thing. */
  readonly kept: Kept<QueryOutcome<T>> | undefined;
}

/** Runs domain queries for endpoints: once, or until the index passes the caller's (http-core.md §3, rpc-raft.md §7). */
export class BlockingReader {
  readonly #options: BlockingReaderOptions;

  constructor(options: BlockingReaderOptions) {
    this.#options = options;
  }

  /** @throws ConsulError what resolving the token or the query itself refused with */
  async read<T>(read: Read<T>): Promise<ReadResult<T>> {
    const {MinQueryIndex} = read.options;
    if (MinQueryIndex === 0) return this.#result(read, await this.#run(read));
    const deadlineMs = this.#options.clock.nowMs() + this.#waitMs(read.options.MaxQueryTime);
    let minIndex = MinQueryIndex;
    let wasMissing = false;
    for (;;) {
      const ran = await this.#run(read);
      const outcome = ran.outcome;
      const leftMs = deadlineMs - this.#options.clock.nowMs();
      // A thing that stays missing is not news, however far the tables move on.
      if (outcome.notFound === true) {
        if (wasMissing) minIndex = Math.max(minIndex, outcome.index);
        wasMissing = true;
      } else {
        wasMissing = false;
      }
      if (Math.max(1, outcome.index) > minIndex || leftMs <= 0) return this.#result(read, ran);
      const woke = await ran.watch.wait({timeoutMs: leftMs, clock: this.#options.clock, signal: read.signal});
      if (woke === 'aborted') throw new ConsulError(canceledText, 500);
    }
  }

  async #run<T>({options, space, key, query}: Read<T>): Promise<Ran<T>> {
    const resolved = this.#options.resolver.resolve(options.Token);
    const authorizer = resolved instanceof Promise ? await resolved : resolved;
    const keptKey = `${authorizer.fingerprint}\0${key}`;
    const known = space.lookup(keptKey);
    if (known !== undefined) return {outcome: known.value, watch: known.watch, kept: known};
    const {value: outcome, watch} = this.#options.store.query((q) => query(q, authorizer));
    // Watched by its row alone, while its index moves with the table: not to be kept.
    if (outcome.notFound === true || outcome.indexMoves === true) return {outcome, watch, kept: undefined};
    const kept = space.keep(keptKey, {value: outcome, index: outcome.index, watch});
    return {outcome, watch: kept.watch, kept};
  }

  #result<T>({options}: Read<T>, {outcome, kept}: Ran<T>): ReadResult<T> {
    const {knownLeader, lastContactNs} = this.#options.leadership;
    const meta: QueryMeta = {
      Index: Math.max(1, outcome.index),
      LastContact: lastContactNs,
      KnownLeader: knownLeader,
      ConsistencyLevel: '',
      NotModified: false,
      Backend: 0,
      ResultsFilteredByACLs: outcome.filtered === true && options.Token !== '',
    };
    return {value: outcome.value, meta, kept};
  }

  /** The wait asked for, clamped, with up to a sixteenth of it on top so that waiters do not all come back at once. */
  #waitMs(maxQueryTimeNs: number): number {
    const {defaultQueryTimeMs, maxQueryTimeMs, random} = this.#options;
    const askedMs = maxQueryTimeNs / 1e6;
    const waitMs = askedMs <= 0 ? defaultQueryTimeMs : Math.min(askedMs, maxQueryTimeMs);
    return waitMs + random.float() * (waitMs / 16);
  }
}

interface Ran<T> {
  readonly outcome: QueryOutcome<T>;
  readonly watch: Kept<QueryOutcome<T>>['watch'];
  readonly kept: Kept<QueryOutcome<T>> | undefined;
}
