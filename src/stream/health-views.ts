import {healthyOnes, isSelectedInstance} from '../catalog/service-queries.ts';
import {selectionKey, selectionOf} from '../catalog/selection.ts';
import {type ServiceSpecificRequest} from '../catalog/requests.ts';
import {type CheckServiceNode} from '../catalog/schema.ts';
import {instanceFilter} from '../catalog/filters.ts';
import {filteredKey} from '../catalog/matching.ts';
import {ConsulError} from '../consul-error.ts';
import {passing} from '../filter/passing.ts';
import {GrpcError, grpcCode} from '../rpc/grpc/grpc-status.ts';
import {canceledText} from '../rpc/net/rpc-error.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {collect, drive, type Sliced} from '../runtime/slices.ts';
import {type AnswerSpace, type Kept, type KeptAnswers} from '../store/kept.ts';
import {type Waker} from '../store/waker.ts';
import {Watch} from '../store/watch.ts';
import {HealthView, type ViewEffect, type ViewInput} from './health-view.ts';
import {firstSnapshotMs, lostViewPollMs, lostViewServedMs, viewIdleMs, viewsMax} from './limits.ts';
import {type StreamEvent, type SubscribeRequest, topic} from './messages.ts';
import {type Subscribe} from './subscriber.ts';

export interface HealthViewsOptions {
  readonly subscribe: Subscribe;
  readonly kept: KeptAnswers;
  /** Wakes those who wait for a change. */
  readonly waker: Waker;
  readonly clock: Clock;
  readonly random: Random;
}

/** An answer out of a view. */
export interface ViewAnswer {
  readonly kept: Kept<readonly CheckServiceNode[]>;
  /** The view was there before it was asked for. */
  readonly isHit: boolean;
}

/** The views of a client agent: one for each service and token that is asked for, kept up to date by a subscription. */
export class HealthViews {
  readonly #options: HealthViewsOptions;
  readonly #views = new Map<string, LiveView>();

  constructor(options: HealthViewsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#views.size;
  }

  /**
   * Answers from a view: at once, or when its index is past `MinQueryIndex`, or after `waitMs`.
   * @returns undefined when there is no view to answer from: the servers are to be asked
   * @throws ConsulError when the signal aborts, and for an expression that means nothing
   */
  async read(request: ServiceSpecificRequest, waitMs: number, signal: AbortSignal | undefined): Promise<ViewAnswer | undefined> {
    const {clock} = this.#options;
    // A stream filters where it ends, and says what is wrong with an expression without a word before it (seen at 1.21.4).
    instanceFilter.compile(request.Filter, '');
    const view = this.#viewOf(request);
    if (view === undefined) return undefined;
    const isHit = view.core.isReady;
    const deadlineMs = clock.nowMs() + (request.MinQueryIndex > 0 ? waitMs : firstSnapshotMs);
    const giveUpMs = clock.nowMs() + firstSnapshotMs;
    view.hold();
    try {
      for (;;) {
        const nowMs = clock.nowMs();
        const {core} = view;
        if (core.isReady ? isTooOld(core, nowMs, request.MaxAge) : core.isFailing || nowMs >= giveUpMs) return undefined;
        if (core.isReady && (core.index > request.MinQueryIndex || nowMs >= deadlineMs)) return {kept: await view.answer(request), isHit};
        const untilMs = Math.min(core.isReady ? deadlineMs : giveUpMs, core.lostMs === undefined ? Number.POSITIVE_INFINITY : nowMs + lostViewPollMs);
        const woke = await view.changed.wait({timeoutMs: untilMs - nowMs, clock, signal});
        if (woke === 'aborted') throw new ConsulError(canceledText);
      }
    } finally {
      view.release();
    }
  }

  /** What the view shows now, however old: for when no server answers. */
  async last(request: ServiceSpecificRequest): Promise<ViewAnswer | undefined> {
    const view = this.#views.get(keyOf(request));
    return view?.core.isReady === true ? {kept: await view.answer(request), isHit: true} : undefined;
  }

  /** All subscriptions end. */
  close(): void {
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
  }

  #viewOf(request: ServiceSpecificRequest): LiveView | undefined {
    const key = keyOf(request);
    const known = this.#views.get(key);
    if (known !== undefined || this.#views.size >= viewsMax) return known;
    const view = new LiveView(this.#options, request, () => this.#views.delete(key));
    this.#views.set(key, view);
    view.start();
    return view;
  }
}

/** A view that is kept up to date has no age. @param maxAgeNs 0: the caller names none */
function isTooOld({lostMs}: HealthView, nowMs: number, maxAgeNs: number): boolean {
  const maxMs = maxAgeNs > 0 ? Math.min(maxAgeNs / 1e6, lostViewServedMs) : lostViewServedMs;
  return lostMs !== undefined && nowMs - lostMs >= maxMs;
}

function keyOf({ServiceName, Connect, Datacenter, PeerName, Token}: ServiceSpecificRequest): string {
  return JSON.stringify([ServiceName.toLowerCase(), Connect, Datacenter, PeerName, Token]);
}

function keyOfSelection(request: ServiceSpecificRequest): string {
  return `${request.HealthFilterType}${selectionKey(selectionOf(request))}`;
}

/** A view with its subscription, and the answers that were made of it. */
class LiveView {
  readonly core = new HealthView();
  /** Fires at the next change. */
  changed: Watch;
  readonly #options: HealthViewsOptions;
  readonly #request: Omit<SubscribeRequest, 'Index'>;
  readonly #answers: AnswerSpace<readonly CheckServiceNode[]>;
  readonly #over = new AbortController();
  readonly #forget: () => void;
  #readers = 0;
  #idle: Timer | undefined;
  #retry: Timer | undefined;

  constructor(options: HealthViewsOptions, {ServiceName, Connect, Datacenter, PeerName, Token}: ServiceSpecificRequest, forget: () => void) {
    this.#options = options;
    this.#answers = options.kept.space();
    this.#forget = forget;
    this.changed = new Watch(options.waker);
    this.#request = {
      Topic: Connect ? topic.serviceHealthConnect : topic.serviceHealth,
      Key: '',
      Token,
      Datacenter,
      PeerName: '',
      WildcardSubject: false,
      NamedSubject: {Key: ServiceName, PeerName},
    };
  }

  start(): void {
    this.#step({kind: 'begin'});
  }

  hold(): void {
    this.#readers++;
    this.#idle?.cancel();
    this.#idle = undefined;
  }

  release(): void {
    if (--this.#readers > 0 || this.#over.signal.aborted) return;
    this.#idle = this.#options.clock.setTimer(viewIdleMs, () => {
      this.#forget();
      this.close();
    });
  }

  close(): void {
    this.#idle?.cancel();
    this.#retry?.cancel();
    this.#over.abort();
    this.changed.fire();
  }

  /** What of the view as it is now was asked for. It is kept until the view changes; who asks for the same meanwhile waits for it. @throws ConsulError what is wrong with the expression */
  async answer(request: ServiceSpecificRequest): Promise<Kept<readonly CheckServiceNode[]>> {
    const answers = this.#answers;
    const key = filteredKey(request.Filter, keyOfSelection(request));
    const watch = this.changed;
    const {rows, index} = this.core;
    const known = answers.lookup(key);
    if (known !== undefined) return known;
    const underWay = answers.underWay.get(key);
    if (underWay?.watch === watch) return await underWay.answer;
    const keep = (value: readonly CheckServiceNode[]): Kept<readonly CheckServiceNode[]> => answers.keep(key, {value, index: Math.max(1, index), watch});
    const work = drive(selected(rows, request));
    if (!(work instanceof Promise)) return keep(work);
    const making = {watch, answer: work.then(keep)};
    answers.underWay.set(key, making);
    try {
      return await making.answer;
    } finally {
      if (answers.underWay.get(key) === making) answers.underWay.delete(key);
    }
  }

  #step(input: ViewInput): void {
    if (this.#over.signal.aborted) return;
    const {clock, random} = this.#options;
    for (const effect of this.core.step(input, clock.nowMs(), random)) this.#perform(effect);
  }

  #perform(effect: ViewEffect): void {
    switch (effect.kind) {
      case 'subscribe':
        void this.#subscribe(effect.index);
        break;
      case 'wait':
        this.#retry = this.#options.clock.setTimer(effect.delayMs, () => this.#step({kind: 'begin'}));
        break;
      case 'changed': {
        const before = this.changed;
        this.changed = new Watch(this.#options.waker);
        before.fire();
      }
    }
  }

  async #subscribe(Index: number): Promise<void> {
    const handlers = {opened: () => this.#step({kind: 'opened'}), event: (event: StreamEvent, isWhole: boolean) => this.#step({kind: 'event', event, isWhole})};
    try {
      await this.#options.subscribe({...this.#request, Index}, handlers, this.#over.signal);
    } catch (error) {
      this.#step({kind: 'ended', code: error instanceof GrpcError ? error.code : grpcCode.unknown});
    }
  }
}

function* selected(rows: readonly CheckServiceNode[], request: ServiceSpecificRequest): Sliced<readonly CheckServiceNode[]> {
  const selection = selectionOf(request);
  const all = yield* collect(rows, (row) => (isSelectedInstance(row, selection) ? row : undefined));
  const healthy = yield* healthyOnes(all, request.HealthFilterType);
  // The expression is the last to choose (http-core.md §4).
  const test = instanceFilter.compile(request.Filter, '');
  return test === undefined ? healthy : yield* passing(healthy, test);
}
