import {grpcFrame} from '../rpc/grpc/grpc-frames.ts';
import {type Waker} from '../store/waker.ts';
import {Watch} from '../store/watch.ts';
import {batchBytesMax, snapshotEventsPerSlice} from './limits.ts';
import {eventMessage, streamEvent, type StreamEvent} from './messages.ts';
import {type Topic} from './topics.ts';

/** One state of a subject, and the events that tell it: made at most once, however many follow the subject. */
export class SubjectState<Item = unknown> {
  /** Fires when another state has taken its place, or there will be none. */
  readonly superseded: Watch;
  readonly #topic: Topic<Item>;
  readonly #items: ReadonlyMap<string, Item>;
  readonly #waker: Waker;
  /** Index of the change that made it. */
  readonly #index: number;
  /** Up to here nothing has changed since. */
  #holdsTo: number;
  #snapshot: {readonly index: number; readonly pieces: Buffer[]} | undefined;
  readonly #changes = new WeakMap<SubjectState<Item>, Buffer>();
  /** What is told of an item, without the index; it goes from state to state with the items that stay the same. */
  readonly #bodies: WeakMap<object, Buffer>;

  private constructor(topic: Topic<Item>, items: ReadonlyMap<string, Item>, index: number, waker: Waker, bodies: WeakMap<object, Buffer>) {
    this.#topic = topic;
    this.#items = items;
    this.#index = index;
    this.#holdsTo = index;
    this.#waker = waker;
    this.#bodies = bodies;
    this.superseded = new Watch(waker);
  }

  static first<Item>(topic: Topic<Item>, items: readonly Item[], index: number, waker: Waker): SubjectState<Item> {
    return new SubjectState(topic, new Map(items.map((item) => [topic.keyOf(item), item])), index, waker, new WeakMap());
  }

  /** Whether one who saw the state of this index has missed nothing. */
  holdsAt(index: number): boolean {
    return index >= this.#index && index <= this.#holdsTo;
  }

  /** The state with these items: this one, which then holds on up to `index`, when they are the same. */
  next(items: readonly Item[], index: number): SubjectState<Item> {
    let isSame = items.length === this.#items.size;
    const next = new Map<string, Item>();
    for (const item of items) {
      const key = this.#topic.keyOf(item);
      const known = this.#items.get(key);
      const stays = known !== undefined && this.#topic.isSame(known, item);
      isSame &&= stays;
      next.set(key, stays ? known : item);
    }
    if (!isSame) return new SubjectState(this.#topic, next, index, this.#waker, this.#bodies);
    this.#holdsTo = Math.max(this.#holdsTo, index);
    return this;
  }

  /** All of it, in pieces: an event for each item, then the end of the snapshot. Each piece is little work, once. */
  *snapshot(): Generator<Buffer, void, undefined> {
    const index = Math.max(1, this.#holdsTo);
    if (this.#snapshot?.index !== index) this.#snapshot = {index, pieces: []};
    const {pieces} = this.#snapshot;
    const count = Math.ceil(this.#items.size / snapshotEventsPerSlice);
    const items = pieces.length < count ? [...this.#items.values()] : [];
    for (let at = 0; at < count; at++) {
      yield pieces[at] ??= this.#piece(items.slice(at * snapshotEventsPerSlice, (at + 1) * snapshotEventsPerSlice), index);
    }
    yield frameOf({Index: index, EndOfSnapshot: true});
  }

  /** What leads from an earlier state to this one: one event, or a batch of them. */
  changesSince(earlier: SubjectState<Item>): Buffer {
    let changes = this.#changes.get(earlier);
    if (changes === undefined) this.#changes.set(earlier, (changes = this.#makeChanges(earlier)));
    return changes;
  }

  /** Fields of a message may stand one after the other: the index, and what was made before. */
  #piece(items: readonly Item[], Index: number): Buffer {
    const head = eventMessage.encode(streamEvent({Index}));
    return Buffer.concat(items.map((item) => grpcFrame(Buffer.concat([head, this.#bodyOf(item)]))));
  }

  #bodyOf(item: Item): Buffer {
    const made = (): Buffer => eventMessage.encode(streamEvent(this.#topic.present(item)));
    if (typeof item !== 'object' || item === null) return made();
    let body = this.#bodies.get(item);
    if (body === undefined) this.#bodies.set(item, (body = made()));
    return body;
  }

  #makeChanges(earlier: SubjectState<Item>): Buffer {
    const events: Partial<StreamEvent>[] = [];
    for (const [key, item] of earlier.#items) if (!this.#items.has(key)) events.push(this.#topic.gone(item));
    for (const [key, item] of this.#items) {
      const before = earlier.#items.get(key);
      if (before === undefined || (before !== item && !this.#topic.isSame(before, item))) events.push(this.#topic.present(item));
    }
    return framesOf(events, Math.max(1, this.#index));
  }
}

/** A single event stands bare, several are a batch; a batch that would be too long becomes several. */
function framesOf(events: readonly Partial<StreamEvent>[], Index: number): Buffer {
  const [first] = events;
  if (events.length === 1 && first !== undefined) return frameOf({Index, ...first});
  const frames: Buffer[] = [];
  let batch: StreamEvent[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (batch.length > 0) frames.push(frameOf({Index, EventBatch: {Events: batch}}));
    batch = [];
    bytes = 0;
  };
  for (const event of events) {
    const whole = streamEvent({Index, ...event});
    batch.push(whole);
    bytes += eventMessage.encode(whole).length;
    if (bytes >= batchBytesMax) flush();
  }
  flush();
  return Buffer.concat(frames);
}

export function frameOf(event: Partial<StreamEvent>): Buffer {
  return grpcFrame(eventMessage.encode(streamEvent(event)));
}
