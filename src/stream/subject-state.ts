import {grpcFrame} from '../rpc/grpc/grpc-frames.ts';
import {collect, collectMap, drive, runThrough, type Sliced} from '../runtime/slices.ts';
import {type Waker} from '../store/waker.ts';
import {Watch} from '../store/watch.ts';
import {batchBytesMax, snapshotEventsPerSlice} from './limits.ts';
import {ProtobufWriter, wireType} from '../wire/protobuf-writer.ts';
import {batchField, eventMessage, streamEvent, type StreamEvent} from './messages.ts';
import {type Topic} from './topic.ts';

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
  readonly #changes = new WeakMap<SubjectState<Item>, Buffer | Promise<Buffer>>();
  /** What is told of an item, without the index; it goes from state to state with the items that stay the same. */
  readonly #bodies: WeakMap<object, Buffer>;

  /** All that the topic has, and not one thing of it. */
  readonly #isWhole: boolean;

  private constructor(topic: Topic<Item>, isWhole: boolean, items: ReadonlyMap<string, Item>, index: number, waker: Waker, bodies: WeakMap<object, Buffer>) {
    this.#topic = topic;
    this.#isWhole = isWhole;
    this.#items = items;
    this.#index = index;
    this.#holdsTo = index;
    this.#waker = waker;
    this.#bodies = bodies;
    this.superseded = new Watch(waker);
  }

  /** @param isWhole it is all that the topic has, and not one thing of it */
  static *first<Item>(topic: Topic<Item>, isWhole: boolean, items: readonly Item[], index: number, waker: Waker): Sliced<SubjectState<Item>> {
    return new SubjectState(topic, isWhole, yield* collectMap(items, (item) => [topic.keyOf(item), item]), index, waker, new WeakMap());
  }

  /** Whether one who saw the state of this index has missed nothing. */
  holdsAt(index: number): boolean {
    return index >= this.#index && index <= this.#holdsTo;
  }

  /** The state with these items: this one, which then holds on up to `index`, when they are the same. */
  *next(items: readonly Item[], index: number): Sliced<SubjectState<Item>> {
    let isSame = items.length === this.#items.size;
    const next = yield* collectMap(items, (item) => {
      const key = this.#topic.keyOf(item);
      const known = this.#items.get(key);
      const stays = known !== undefined && this.#topic.isSame(known, item);
      isSame &&= stays;
      return [key, stays ? known : item];
    });
    if (!isSame) return new SubjectState(this.#topic, this.#isWhole, next, index, this.#waker, this.#bodies);
    this.#holdsTo = Math.max(this.#holdsTo, index);
    return this;
  }

  /** All of it, in pieces: its items, then the end of the snapshot. Each piece is little work, once. */
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

  /** What leads from an earlier state to this one: one event, or a batch of them. Who asks meanwhile waits for the same. */
  changesSince(earlier: SubjectState<Item>): Buffer | Promise<Buffer> {
    let changes = this.#changes.get(earlier);
    if (changes === undefined) this.#changes.set(earlier, (changes = drive(this.#makeChanges(earlier))));
    return changes;
  }

  /**
   * What a subject with a name has stands event by event, all that a topic has in batches, as in Consul. Fields of a
   * message may stand one after the other: the index, and what was made before.
   */
  #piece(items: readonly Item[], Index: number): Buffer {
    if (this.#isWhole) return runThrough(framesOf(items.map((item) => this.#bodyOf(item)), Index));
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

  *#makeChanges(earlier: SubjectState<Item>): Sliced<Buffer> {
    const Index = Math.max(1, this.#index);
    const gone = yield* collect(earlier.#items, ([key, item]) => (this.#items.has(key) ? undefined : eventMessage.encode(streamEvent(this.#topic.gone(item)))));
    const changed = yield* collect(this.#items, ([key, item]) => {
      const before = earlier.#items.get(key);
      return before === item || (before !== undefined && this.#topic.isSame(before, item)) ? undefined : this.#bodyOf(item);
    });
    return yield* framesOf(gone.concat(changed), Index);
  }
}

/** Frames of events without their index: a single one stands bare, several are a batch; one that would be too long becomes several. */
function* framesOf(bodies: readonly Buffer[], Index: number): Sliced<Buffer> {
  const head = eventMessage.encode(streamEvent({Index}));
  const [first] = bodies;
  if (bodies.length === 1 && first !== undefined) return grpcFrame(Buffer.concat([head, first]));
  const frames: Buffer[] = [];
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const part = batchPart(head, body);
    batch.push(part);
    bytes += part.length;
    if (bytes >= batchBytesMax) {
      frames.push(batchFrame(head, batch));
      batch = [];
      bytes = 0;
    }
    yield;
  }
  if (batch.length > 0) frames.push(batchFrame(head, batch));
  return Buffer.concat(frames);
}

/** One event of a batch. Parts that follow one another are the batch's field. */
function batchPart(head: Buffer, body: Buffer): Buffer {
  const writer = new ProtobufWriter();
  writer.writeTag(batchField.events, wireType.bytes);
  writer.writeVarint(head.length + body.length);
  return Buffer.concat([writer.toBuffer(), head, body]);
}

function batchFrame(head: Buffer, parts: readonly Buffer[]): Buffer {
  const batch = Buffer.concat(parts);
  const writer = new ProtobufWriter();
  writer.writeTag(batchField.batch, wireType.bytes);
  writer.writeVarint(batch.length);
  return grpcFrame(Buffer.concat([head, writer.toBuffer(), batch]));
}

/** One event as gRPC frames it. */
export function frameOf(event: Partial<StreamEvent>): Buffer {
  return grpcFrame(eventMessage.encode(streamEvent(event)));
}
