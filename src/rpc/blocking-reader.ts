import {type Authorizer, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {driveOn, isSliced, type Sliced} from '../runtime/slices.ts';
import {type QueryMeta, type QueryOptions} from '../schema/rpc-common.ts';
import {type AnswerSpace, type Kept} from '../store/kept.ts';
import {type Query} from '../store/query.ts';
import {beginQuery, type BegunQuery} from '../store/sliced-query.ts';
import {type Store} from '../store/store.ts';
import {type Watch} from '../store/watch.ts';
import {keptElementBytes} from './limits.ts';
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
  /** One that may take long is sliced work; it names all that it watches before its first yield. */
  readonly query: (query: Query, authorizer: Authorizer) => QueryOutcome<T> | Sliced<QueryOutcome<T>>;
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
    const underWay = space.underWay.get(keptKey);
    // What has changed meanwhile must be seen by who asks now.
    if (underWay !== undefined && !underWay.watch.fired) return ranOf(await underWay.answer);
    const {value: begun, watch} = this.#options.store.query((q) => begin(query(q, authorizer), q));
    if (begun.ended === undefined) return ranOf(await this.#finish(space, keptKey, begun.work, watch));
    const outcome = begun.ended.value;
    // Watched by its row alone, while its index moves with the table: not to be kept.
    if (outcome.notFound === true || outcome.indexMoves === true) return {outcome, watch, kept: undefined};
    return ranOf(keep(space, keptKey, outcome, watch));
  }

  /** Ends a query that takes several turns. Its watch stands from the first on, so that nothing is missed meanwhile. */
  async #finish<T>(space: Space<T>, keptKey: string, work: Sliced<QueryOutcome<T>>, watch: Watch): Promise<Kept<QueryOutcome<T>>> {
    watch.retain();
    const answer = driveOn(work).then((outcome) => keep(space, keptKey, outcome, watch));
    const underWay = {watch, answer};
    space.underWay.set(keptKey, underWay);
    try {
      return await answer;
    } finally {
      watch.release();
      if (space.underWay.get(keptKey) === underWay) space.underWay.delete(keptKey);
    }
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

type Space<T> = AnswerSpace<QueryOutcome<T>>;

/** Runs a query to its end, or to the end of its first slice. */
function begin<T>(asked: QueryOutcome<T> | Sliced<QueryOutcome<T>>, query: Query): BegunQuery<QueryOutcome<T>> {
  return isSliced(asked) ? beginQuery(asked, query) : {ended: {value: asked}};
}

function keep<T>(space: Space<T>, keptKey: string, outcome: QueryOutcome<T>, watch: Watch): Kept<QueryOutcome<T>> {
  const bytes = Array.isArray(outcome.value) ? outcome.value.length * keptElementBytes : 0;
  return space.keep(keptKey, {value: outcome, index: outcome.index, watch, bytes});
}

function ranOf<T>(kept: Kept<QueryOutcome<T>>): Ran<T> {
  return {outcome: kept.value, watch: kept.watch, kept};
}

interface Ran<T> {
  readonly outcome: QueryOutcome<T>;
  readonly watch: Kept<QueryOutcome<T>>['watch'];
  readonly kept: Kept<QueryOutcome<T>> | undefined;
}
