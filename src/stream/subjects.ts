import {type Authorizer} from '../acl/authorizer.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {pause} from '../runtime/pause.ts';
import {drive, driveOn} from '../runtime/slices.ts';
import {beginQuery} from '../store/sliced-query.ts';
import {type Store} from '../store/store.ts';
import {type Watch} from '../store/watch.ts';
import {followStretchMs, largeSubjectItems, largeSubjectItemsPerMs, subjectKeptMs} from './limits.ts';
import {SubjectState} from './subject-state.ts';
import {type ListedItems, type Topic} from './topic.ts';

/** One thing that is followed, as one kind of reader sees it. All who follow it share its states. */
export class Subject<Item = unknown> {
  readonly #topic: Topic<Item>;
  readonly #name: string;
  readonly #authorizer: Authorizer;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  /** Resolves when there is a first state, or never will be one. */
  readonly ready: Promise<void>;
  #state: SubjectState<Item> | undefined;

  constructor(topic: Topic<Item>, name: string, authorizer: Authorizer, store: Store, clock: Clock) {
    this.#topic = topic;
    this.#name = name;
    this.#authorizer = authorizer;
    this.#store = store;
    this.#clock = clock;
    const {promise, resolve} = Promise.withResolvers<void>();
    this.ready = promise;
    void this.#follow(resolve);
  }

  /** The newest state; undefined before it is ready. */
  get state(): SubjectState<Item> | undefined {
    return this.#state;
  }

  /** No further state will come: what is known of it is void. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  end(): void {
    this.#over.abort();
    this.#state?.superseded.fire();
  }

  /** Lists it on one view, over several turns where that takes long. What changes meanwhile fires the watch. */
  async #list(): Promise<{readonly listed: ListedItems<Item>; readonly watch: Watch}> {
    const {value: begun, watch} = this.#store.query((query) => beginQuery(this.#topic.list(query, this.#name, this.#authorizer), query));
    if (begun.ended !== undefined) return {listed: begun.ended.value, watch};
    watch.retain();
    try {
      return {listed: await driveOn(begun.work), watch};
    } finally {
      watch.release();
    }
  }

  async #follow(isReady: () => void): Promise<void> {
    const {signal} = this.#over;
    while (!signal.aborted) {
      const {listed, watch} = await this.#list();
      watch.retain();
      const before = this.#state;
      this.#state = await drive(before === undefined ? SubjectState.first(this.#topic, this.#name === '', listed.items, listed.index, this.#store.waker) : before.next(listed.items, listed.index));
      isReady();
      if (this.#state !== before) before?.superseded.fire();
      // Looking at a large subject is work: what changes meanwhile is seen at once.
      if (listed.items.length >= largeSubjectItems && before !== undefined) await pause(this.#clock, listed.items.length / largeSubjectItemsPerMs, signal);
      const news = watch.wait({timeoutMs: followStretchMs, clock: this.#clock, signal});
      watch.release();
      for (let woke = await news; woke === 'timeout'; ) woke = await watch.wait({timeoutMs: followStretchMs, clock: this.#clock, signal});
    }
    isReady();
  }
}

interface Held {
  readonly subject: Subject;
  followers: number;
  /** Runs while nobody follows it. */
  expiry: Timer | undefined;
}

/** The subjects that are followed now, or were a moment ago. */
export class Subjects {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  /** @param name compared without regard to capitals, as names of services are. To be given back by `release` */
  hold(number: number, topic: Topic<never>, name: string, authorizer: Authorizer): {readonly subject: Subject; readonly release: () => void} {
    const key = JSON.stringify([number, name.toLowerCase(), authorizer.fingerprint]);
    let held = this.#held.get(key);
    if (held === undefined) {
      held = {subject: new Subject(topic, name, authorizer, this.#store, this.#clock), followers: 0, expiry: undefined};
      this.#held.set(key, held);
    }
    held.expiry?.cancel();
    held.expiry = undefined;
    held.followers++;
    return {subject: held.subject, release: () => this.#release(key, held)};
  }

  /** The state was replaced as a whole: all who follow anything must begin anew. */
  reset(): void {
    for (const {subject, expiry} of this.#held.values()) {
      expiry?.cancel();
      subject.end();
    }
    this.#held.clear();
  }

  #release(key: string, held: Held): void {
    if (--held.followers > 0 || held.subject.isOver) return;
    held.expiry = this.#clock.setTimer(subjectKeptMs, () => {
      held.subject.end();
      this.#held.delete(key);
    });
  }
}
