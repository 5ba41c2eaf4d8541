import {type Authorizer} from '../acl/authorizer.ts';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {pause} from '../runtime/pause.ts';
import {type Store} from '../store/store.ts';
import {followStretchMs, largeSubjectItems, largeSubjectItemsPerMs, subjectKeptMs} from './limits.ts';
import {SubjectState} from './subject-state.ts';
import {type Topic} from './topics.ts';

/** One thing that is followed, as one kind of reader sees it. All who follow it share its states. */
export class Subject<Item = unknown> {
  readonly #topic: Topic<Item>;
  readonly #name: string;
  readonly #authorizer: Authorizer;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #state: SubjectState<Item>;

  constructor(topic: Topic<Item>, name: string, authorizer: Authorizer, store: Store, clock: Clock) {
    this.#topic = topic;
    this.#name = name;
    this.#authorizer = authorizer;
    this.#store = store;
    this.#clock = clock;
    const {items, index, watch} = this.#list();
    this.#state = SubjectState.first(topic, items, index, store.waker);
    void this.#follow(watch);
  }

  /** The newest state. */
  get state(): SubjectState<Item> {
    return this.#state;
  }

  /** No further state will come: what is known of it is void. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  end(): void {
    this.#over.abort();
    this.#state.superseded.fire();
  }

  #list(): ReturnType<Topic<Item>['list']> & {readonly watch: ReturnType<Store['query']>['watch']} {
    const {value, watch} = this.#store.query((query) => this.#topic.list(query, this.#name, this.#authorizer));
    return {...value, watch};
  }

  async #follow(first: ReturnType<Store['query']>['watch']): Promise<void> {
    const {signal} = this.#over;
    for (let watch = first; ; ) {
      if ((await watch.wait({timeoutMs: followStretchMs, clock: this.#clock, signal})) === 'timeout') continue;
      if (signal.aborted) return;
      const listed = this.#list();
      watch = listed.watch;
      const before = this.#state;
      this.#state = before.next(listed.items, listed.index);
      if (this.#state !== before) before.superseded.fire();
      // Looking at a large subject is work: what changes meanwhile is seen at once.
      if (listed.items.length >= largeSubjectItems) await pause(this.#clock, listed.items.length / largeSubjectItemsPerMs, signal);
    }
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
