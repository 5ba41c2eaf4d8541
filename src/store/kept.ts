import {keptBytesMax, keptEncodingBytesMax, keptEntriesMax, keptEntryBytes} from './limits.ts';
import {type FireListener, type Watch} from './watch.ts';

/** An answer to be kept: immutable, true until `watch` fires. */
export interface Answer<T> {
  readonly value: T;
  /** Consul's index of it, for X-Consul-Index. */
  readonly index: number;
  readonly watch: Watch;
  /** What the value holds in memory beside rows that the store holds anyway; a plain guess when absent. */
  readonly bytes?: number;
}

export interface KeptLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/**
 * An answer with the forms it was sent in. Whoever got hold of it may use it for as long as he likes, also after it is
 * stale or left the cache; `watch` tells when to ask again, and can be waited on.
 */
export class Kept<T> implements FireListener {
  readonly value: T;
  readonly index: number;
  readonly watch: Watch;
  readonly #place: Place;
  readonly #encodings = new Map<string, Buffer>();
  /** Forms that are being made over several turns of the loop. */
  readonly #underWay = new Map<string, Promise<Buffer | undefined>>();

  /** Made by `AnswerSpace.keep`. */
  constructor(answer: Answer<T>, place: Place) {
    this.value = answer.value;
    this.index = answer.index;
    this.watch = answer.watch;
    this.#place = place;
  }

  /** The answer in one form ("json", "msgpack"), made at the first call. The buffer is shared: it must not be written to. */
  encoding(name: string, make: (value: T) => Buffer): Buffer {
    const kept = this.#encodings.get(name);
    if (kept !== undefined) return kept;
    const made = make(this.value);
    this.#keepEncoding(name, made);
    return made;
  }

  /**
   * As `encoding`, for a form that may take several turns of the loop to make: who asks meanwhile waits for the same. What
   * `make` gives that is no buffer is for its caller alone.
   */
  async encodingInTurns<Other>(name: string, make: () => Buffer | Promise<Buffer | Other>): Promise<Buffer | Other> {
    const known = this.#encodings.get(name) ?? (await this.#underWay.get(name));
    if (known !== undefined) return known;
    const making = make();
    if (Buffer.isBuffer(making)) {
      this.#keepEncoding(name, making);
      return making;
    }
    const shared = making.then((made) => (Buffer.isBuffer(made) ? made : undefined), () => undefined);
    this.#underWay.set(name, shared);
    try {
      const made = await making;
      if (Buffer.isBuffer(made)) this.#keepEncoding(name, made);
      return made;
    } finally {
      if (this.#underWay.get(name) === shared) this.#underWay.delete(name);
    }
  }

  #keepEncoding(name: string, made: Buffer): void {
    if (made.length > keptEncodingBytesMax) return;
    this.#encodings.set(name, made);
    this.#place.grow(made.length);
  }

  sourceFired(): void {
    this.#place.leave();
  }
}

/** Where a kept answer stands: in the list of all by last use, and under its key in its space. */
class Place {
  readonly #cache: KeptAnswers;
  readonly #forget: (place: Place) => void;
  /** Leaves the source's registry. */
  readonly #release: (place: Place) => void;
  bytes: number;
  older: Place | undefined;
  newer: Place | undefined;
  #standing = false;

  constructor(cache: KeptAnswers, bytes: number, forget: (place: Place) => void, release: (place: Place) => void) {
    this.#cache = cache;
    this.bytes = bytes;
    this.#forget = forget;
    this.#release = release;
  }

  get standing(): boolean {
    return this.#standing;
  }

  enter(): void {
    this.#standing = true;
    this.#cache.link(this);
  }

  leave(): void {
    if (!this.#standing) return;
    this.#standing = false;
    this.#cache.unlink(this);
    this.#forget(this);
    this.#release(this);
  }

  grow(bytes: number): void {
    this.bytes += bytes;
    if (this.#standing) this.#cache.grown(bytes);
  }
}

/** Answers kept until what they hang on changes, bounded in number and bytes; those unused for longest go first. */
export class KeptAnswers {
  readonly #limits: KeptLimits;
  #oldest: Place | undefined;
  #newest: Place | undefined;
  #entries = 0;
  #bytes = 0;

  constructor(limits: KeptLimits = {entriesMax: keptEntriesMax, bytesMax: keptBytesMax}) {
    this.#limits = limits;
  }

  get entries(): number {
    return this.#entries;
  }

  /** Estimated bytes of values, exact bytes of encodings. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A kind of answers of one type, with keys of its own (canonical arguments and the authorizer's fingerprint). All kinds share the limits. */
  space<T>(): AnswerSpace<T> {
    return new AnswerSpace<T>(this);
  }

  /** Forgets all. */
  clear(): void {
    while (this.#oldest !== undefined) this.#oldest.leave();
  }

  /** Whether an answer of this size should be kept at all. */
  admits(bytes: number): boolean {
    return bytes <= this.#limits.bytesMax / 4 && this.#limits.entriesMax > 0;
  }

  link(place: Place): void {
    this.#append(place);
    this.#entries++;
    this.grown(place.bytes);
  }

  unlink(place: Place): void {
    this.#remove(place);
    this.#entries--;
    this.#bytes -= place.bytes;
  }

  /** A place was used. */
  touch(place: Place): void {
    if (place === this.#newest) return;
    this.#remove(place);
    this.#append(place);
  }

  grown(bytes: number): void {
    this.#bytes += bytes;
    while (this.#oldest !== undefined && (this.#bytes > this.#limits.bytesMax || this.#entries > this.#limits.entriesMax)) this.#oldest.leave();
  }

  #append(place: Place): void {
    place.older = this.#newest;
    place.newer = undefined;
    if (this.#newest === undefined) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
  }

  #remove(place: Place): void {
    if (place.older === undefined) this.#oldest = place.newer;
    else place.older.newer = place.newer;
    if (place.newer === undefined) this.#newest = place.older;
    else place.newer.older = place.older;
    place.older = place.newer = undefined;
  }
}

/** Kept answers of one type by key. */
export class AnswerSpace<T> {
  /** Answers that are being made over several turns of the loop, for whoever asks for the same before their watch fires. */
  readonly underWay = new Map<string, {readonly watch: Watch; readonly answer: Promise<Kept<T>>}>();
  readonly #cache: KeptAnswers;
  readonly #entries = new Map<string, {readonly kept: Kept<T>; readonly place: Place}>();

  constructor(cache: KeptAnswers) {
    this.#cache = cache;
  }

  /** The kept answer, if it still holds. */
  lookup(key: string): Kept<T> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.kept.watch.fired) {
      entry.place.leave();
      return undefined;
    }
    this.#cache.touch(entry.place);
    return entry.kept;
  }

  /** Keeps an answer in the place of the one under its key. What is stale already, or too large, is given back unkept. */
  keep(key: string, answer: Answer<T>): Kept<T> {
    this.#entries.get(key)?.place.leave();
    const bytes = keptEntryBytes + key.length + (answer.bytes ?? 0);
    const forget = () => void this.#entries.delete(key);
    const place = new Place(this.#cache, bytes, forget, () => answer.watch.release(kept));
    const kept = new Kept(answer, place);
    if (!this.#cache.admits(bytes)) return kept;
    answer.watch.retain(kept);
    if (answer.watch.fired) {
      answer.watch.release(kept);
      return kept;
    }
    this.#entries.set(key, {kept, place});
    place.enter();
    return kept;
  }

  /** The kept answer, or what `run` gives, kept. So any number of waiters on one query cost one run. */
  answer(key: string, run: () => Answer<T>): Kept<T> {
    return this.lookup(key) ?? this.keep(key, run());
  }
}
