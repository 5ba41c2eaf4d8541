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
  /** Index of the change that made it. */
  readonly #index: number;
  /** Up to here nothing has changed since. */
  #holdsTo: number;
  #changes = new WeakMap<SubjectState<Item>, Buffer>();

  constructor(topic: Topic<Item>, items: readonly Item[], index: number, waker: Waker) {
    this.#topic = topic;
    this.#items = new Map(items.map((item) => [topic.keyOf(item), item]));
    this.#index = index;
    this.#holdsTo = index;
    this.superseded = new Watch(waker);
  }

  /** Whether one who saw the state of this index has missed nothing. */
  holdsAt(index: number): boolean {
    return index >= this.#index && index <= this.#holdsTo;
  }

  /** True when these are the same items: then the state holds on, up to `index`. */
  extend(items: readonly Item[], index: number): boolean {
    if (items.length !== this.#items.size) return false;
    for (const item of items) {
      const known = this.#items.get(this.#topic.keyOf(item));
      if (known === undefined || !this.#topic.isSame(known, item)) return false;
    }
    this.#holdsTo = Math.max(this.#holdsTo, index);
    return true;
  }

  /** All of it, in pieces: an event for each item, then the end of the snapshot. Each piece is little work. */
  *snapshot(): Generator<Buffer, void, undefined> {
    const Index = Math.max(1, this.#holdsTo);
    let frames: Buffer[] = [];
    for (const item of this.#items.values()) {
      frames.push(frameOf({Index, ...this.#topic.present(item)}));
      if (frames.length < snapshotEventsPerSlice) continue;
      yield Buffer.concat(frames);
      frames = [];
    }
    frames.push(frameOf({Index, EndOfSnapshot: true}));
    yield Buffer.concat(frames);
  }

  /** What leads from an earlier state to this one: one event, or a batch of them. */
  changesSince(earlier: SubjectState<Item>): Buffer {
    let changes = this.#changes.get(earlier);
    if (changes === undefined) this.#changes.set(earlier, (changes = this.#makeChanges(earlier)));
    return changes;
  }

  #makeChanges(earlier: SubjectState<Item>): Buffer {
    const events: Partial<StreamEvent>[] = [];
    for (const [key, item] of earlier.#items) if (!this.#items.has(key)) events.push(this.#topic.gone(item));
    for (const [key, item] of this.#items) {
      const before = earlier.#items.get(key);
      if (before === undefined || !this.#topic.isSame(before, item)) events.push(this.#topic.present(item));
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
