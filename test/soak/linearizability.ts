/** One operation on one key, as its client saw it. Values are unique among the writes of a key; undefined: no such key. */
export interface Operation {
  readonly kind: 'get' | 'set' | 'delete' | 'cas';
  /** What a `get` saw, or what a `set` or `cas` wrote. */
  readonly value: string | undefined;
  /** What a `cas` wanted to find. */
  readonly expected?: string | undefined;
  /** Whether a `cas` wrote; undefined when its answer never came. */
  readonly swapped?: boolean | undefined;
  readonly invokedMs: number;
  /** Infinity when the answer never came: then it may have happened at any time since, or never. */
  readonly returnedMs: number;
}

interface Event {
  readonly id: number;
  readonly atMs: number;
  readonly isReturn: boolean;
}

/** States that one search may remember: a history that needs more is too much for this checker. */
const triedMax = 3_000_000;
/** No place: the end of the list of events. */
const none = -1;

/**
 * Whether there is an order of the operations, each at some moment between its call and its return, that a single register
 * could have gone through. The search of Wing and Gong (1993), with Lowe's memory of states already tried (2017).
 */
export function isLinearizable(operations: readonly Operation[]): boolean {
  const bounded = boundedBySightings(operations);
  // What nobody saw may as well never have happened, in which case there is far less to try.
  const seen = bounded.filter(({returnedMs}) => returnedMs !== Infinity);
  return new Search(seen).run() || (seen.length < bounded.length && new Search(bounded).run());
}

/** A write whose answer never came, but whose value was seen, happened before whoever saw it returned. */
function boundedBySightings(operations: readonly Operation[]): Operation[] {
  const seenMs = new Map<string, number>();
  for (const {kind, value, expected, swapped, returnedMs} of operations) {
    const sighted = kind === 'get' ? value : swapped === true ? expected : undefined;
    if (sighted !== undefined) seenMs.set(sighted, Math.min(returnedMs, seenMs.get(sighted) ?? Infinity));
  }
  return operations.map((operation) => {
    const atMs = operation.returnedMs === Infinity && operation.value !== undefined ? seenMs.get(operation.value) : undefined;
    if (atMs === undefined) return operation;
    return {...operation, returnedMs: atMs, ...(operation.kind === 'cas' && {swapped: true})};
  });
}

class Search {
  readonly #operations: readonly Operation[];
  readonly #events: readonly Event[];
  /** The list of events that are still to be placed, by number; the head stands at the last place. */
  readonly #next: number[];
  readonly #previous: number[];
  readonly #head: number;
  readonly #returnOf: number[];
  readonly #placed: Uint32Array;
  readonly #tried = new Set<string>();
  #value: string | undefined;
  #open: number;

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    const events: Event[] = operations.flatMap(({invokedMs, returnedMs}, id) => [
      {id, atMs: invokedMs, isReturn: false},
      {id, atMs: returnedMs, isReturn: true},
    ]);
    // At one and the same time calls come before returns: such operations count as concurrent.
    events.sort((a, b) => (a.atMs === b.atMs ? Number(a.isReturn) - Number(b.isReturn) : a.atMs - b.atMs));
    this.#events = events;
    this.#head = events.length;
    this.#next = [...events.map((_, at) => (at + 1 < events.length ? at + 1 : none)), events.length > 0 ? 0 : none];
    this.#previous = events.map((_, at) => (at === 0 ? this.#head : at - 1));
    this.#returnOf = [];
    events.forEach(({id, isReturn}, at) => {
      if (isReturn) this.#returnOf[id] = at;
    });
    this.#placed = new Uint32Array(Math.ceil(operations.length / 32));
    this.#open = operations.filter(({returnedMs}) => returnedMs !== Infinity).length;
  }

  run(): boolean {
    const taken: {readonly at: number; readonly value: string | undefined}[] = [];
    let at = this.#after(this.#head);
    while (this.#open > 0) {
      const event = this.#events[at];
      if (event !== undefined && !event.isReturn) {
        const before = this.#value;
        if (this.#place(event.id)) {
          taken.push({at, value: before});
          this.#lift(at, event.id);
          at = this.#after(this.#head);
        } else at = this.#after(at);
        continue;
      }
      // Something has returned that could not be placed: what was placed last was wrong.
      const last = taken.pop();
      if (last === undefined) return false;
      this.#value = last.value;
      this.#unlift(last.at, this.#events[last.at]?.id ?? none);
      at = this.#after(last.at);
    }
    return true;
  }

  #after(at: number): number {
    return this.#next[at] ?? none;
  }

  /** Takes the operation as the next one, if the register allows it and this has not been tried before. */
  #place(id: number): boolean {
    const operation = this.#operations[id];
    if (operation === undefined || !allows(this.#value, operation)) return false;
    const value = valueAfter(this.#value, operation);
    this.#flip(id);
    const key = `${this.#placed.join()} ${value ?? ''}`;
    if (this.#tried.has(key)) {
      this.#flip(id);
      return false;
    }
    if (this.#tried.size >= triedMax) throw new Error(`undecided after ${triedMax} states`);
    this.#tried.add(key);
    this.#value = value;
    return true;
  }

  #flip(id: number): void {
    this.#placed[id >>> 5] = (this.#placed[id >>> 5] ?? 0) ^ (1 << (id & 31));
  }

  #lift(callAt: number, id: number): void {
    for (const at of [callAt, this.#returnOf[id] ?? none]) {
      const previous = this.#previous[at] ?? none;
      const next = this.#after(at);
      this.#next[previous] = next;
      if (next !== none) this.#previous[next] = previous;
    }
    if (this.#operations[id]?.returnedMs !== Infinity) this.#open--;
  }

  #unlift(callAt: number, id: number): void {
    for (const at of [this.#returnOf[id] ?? none, callAt]) {
      this.#next[this.#previous[at] ?? none] = at;
      const next = this.#after(at);
      if (next !== none) this.#previous[next] = at;
    }
    this.#flip(id);
    if (this.#operations[id]?.returnedMs !== Infinity) this.#open++;
  }
}

function allows(value: string | undefined, operation: Operation): boolean {
  if (operation.kind === 'get') return operation.value === value;
  if (operation.kind === 'cas' && operation.swapped !== undefined) return (operation.expected === value) === operation.swapped;
  return true;
}

function valueAfter(value: string | undefined, operation: Operation): string | undefined {
  switch (operation.kind) {
    case 'get':
      return value;
    case 'set':
      return operation.value;
    case 'delete':
      return undefined;
    case 'cas':
      return operation.expected === value ? operation.value : value;
  }
}
