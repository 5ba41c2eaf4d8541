import {type Interests} from './interests.ts';
import {OrderedMap} from './ordered-map.ts';
import {Query} from './query.ts';
import {type Contents} from './reader.ts';
import {View} from './view.ts';
import {type Defer, Waker} from './waker.ts';
import {Watch} from './watch.ts';
import {type Subscription, WatchRegistry} from './watch-registry.ts';
import {WriteTx} from './write-tx.ts';

export interface StoreOptions {
  /** How the waiters of fired watches get turns of their own; in the agent and by default `setImmediate`. */
  readonly defer?: Defer;
}

/** What a query gave, and the watch on everything it looked at. */
export interface Watched<T> {
  readonly value: T;
  readonly watch: Watch;
}

/** Tables in memory with immutable views, one writer, and watches. It knows nothing of what its rows mean. */
export class Store {
  /** Shared with watches that do not come from the store, so that all waiters of the process take turns. */
  readonly waker: Waker;
  readonly #registry = new WatchRegistry();
  #view = new View({tables: new Map(), indexes: new OrderedMap()}, 1);
  #tx: WriteTx | undefined;

  constructor({defer = setImmediate}: StoreOptions = {}) {
    this.waker = new Waker(defer);
  }

  /** The view published last. O(1). */
  view(): View {
    return this.#view;
  }

  /** Begins the next write. Throws while another one is open. */
  begin(): WriteTx {
    const owner = {publish: (tx: WriteTx) => this.#publish(tx, false), abandon: (tx: WriteTx) => this.#abandon(tx)};
    return this.#open(new WriteTx(owner, this.#view.contents, this.#registry));
  }

  /**
   * Begins to build new contents from nothing (a snapshot is restored); readers keep the old view until `publish`,
   * which swaps all at once and fires every watch.
   */
  beginReplacement(): WriteTx {
    const owner = {publish: (tx: WriteTx) => this.#publish(tx, true), abandon: (tx: WriteTx) => this.#abandon(tx)};
    return this.#open(new WriteTx(owner, {tables: new Map(), indexes: new OrderedMap()}, new WatchRegistry()));
  }

  /** Replaces all contents by what `fill` writes, in one go. If it throws, nothing changes. */
  replace(fill: (tx: WriteTx) => void): View {
    const tx = this.beginReplacement();
    try {
      fill(tx);
      return tx.publish();
    } finally {
      if (tx.isOpen) tx.abandon();
    }
  }

  /** Runs a query on the current view. The watch costs nothing until it is waited on or retained. */
  query<T>(run: (query: Query) => T): Watched<T> {
    const query = new Query(this.#view);
    const value = run(query);
    return {value, watch: new StoreWatch(this.waker, this, query.interests, query.view.version)};
  }

  /** Watched things and fired watches not yet settled: both zero when nobody waits and no answer is kept. */
  get residue(): {readonly cells: number; readonly unsettled: number} {
    return {cells: this.#registry.cellCount, unsettled: this.waker.pendingCount};
  }

  /** For a watch of this store: enters the registry; undefined if a view was published since `version`. */
  subscribe(watch: Watch, interests: Interests, version: number): Subscription[] | undefined {
    return version === this.#view.version ? this.#registry.subscribe(watch, interests) : undefined;
  }

  #open(tx: WriteTx): WriteTx {
    if (this.#tx !== undefined) throw new Error('another write is open');
    this.#tx = tx;
    this.#registry.beginWrite(tx);
    return tx;
  }

  #publish(tx: WriteTx, isReplacement: boolean): View {
    const contents: Contents = tx.result();
    this.#close();
    if (contents !== this.#view.contents) this.#view = new View(contents, this.#view.version + 1);
    if (isReplacement) this.#registry.fireAll();
    tx.marks.fire();
    return this.#view;
  }

  #abandon(tx: WriteTx): void {
    this.#close();
    tx.marks.abandon();
  }

  #close(): void {
    this.#tx = undefined;
    this.#registry.endWrite();
  }
}

/** A watch on what one query was interested in. */
class StoreWatch extends Watch {
  readonly #store: Store;
  readonly #interests: Interests;
  readonly #version: number;
  #subscriptions: Subscription[] | undefined;

  constructor(waker: Waker, store: Store, interests: Interests, version: number) {
    super(waker);
    this.#store = store;
    this.#interests = interests;
    this.#version = version;
  }

  protected override attach(): void {
    this.#subscriptions = this.#store.subscribe(this, this.#interests, this.#version);
    if (this.#subscriptions === undefined) this.fire();
  }

  protected override detach(): void {
    const subscriptions = this.#subscriptions;
    this.#subscriptions = undefined;
    for (const subscription of subscriptions ?? []) subscription.cancel();
  }
}
