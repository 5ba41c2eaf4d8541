/**
 * Long work in slices, so that nothing keeps the event loop for long: whoever works yields often, about every tenth of a
 * millisecond, and whoever drives the work looks at the clock.
 */
export type Sliced<T> = Generator<void, T, void>;

/** How long sliced work goes on between two turns of the event loop, all of it together. */
export const sliceMs = 2;
/** However much else there is, what begins goes on for this long at once: short work never waits for a turn. */
const firstGoMs = 0.25;

/** Whether what a function gave is work still to be driven. */
export function isSliced<T>(result: T | Sliced<T>): result is Sliced<T> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result;
}

/** Runs sliced work to its end: at once when that takes no longer than a slice, else with turns of the event loop between. */
export function drive<T>(work: Sliced<T>): T | Promise<T> {
  const ended = runSlice(work);
  return ended === undefined ? driveOn(work) : ended.value;
}

/** As `drive`, for what others wait for: it has a slice at once, however much else there is, and the first place in each turn. */
export function driveFirst<T>(work: Sliced<T>): T | Promise<T> {
  const ended = runSlice(work, sliceMs);
  return ended === undefined ? driveOn(work, true) : ended.value;
}

/** Runs sliced work in one go: for what is known to be short. */
export function runThrough<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Elements looked at between two looks at the clock. */
const elementsPerStep = 16;

/** What `make` makes of each element of a source; undefined leaves it out. */
export function* collect<T, R>(source: Iterable<T>, make: (element: T) => R | undefined): Sliced<R[]> {
  const made: R[] = [];
  let seen = 0;
  for (const element of source) {
    const one = make(element);
    if (one !== undefined) made.push(one);
    if (++seen % elementsPerStep === 0) yield;
  }
  return made;
}

/** A map of what `entryOf` makes of each element of a source; undefined leaves it out. */
export function* collectMap<T, V>(source: Iterable<T>, entryOf: (element: T) => readonly [key: string, value: V] | undefined): Sliced<Map<string, V>> {
  const made = new Map<string, V>();
  let seen = 0;
  for (const element of source) {
    const entry = entryOf(element);
    if (entry !== undefined) made.set(entry[0], entry[1]);
    if (++seen % elementsPerStep === 0) yield;
  }
  return made;
}

/** One slice of work, of at least `leastMs`. @returns its result, once it has ended */
export function runSlice<T>(work: Sliced<T>, leastMs = firstGoMs): {readonly value: T} | undefined {
  const beganMs = performance.now();
  const endMs = beganMs + Math.max(leastMs, sliceMs - spentMs);
  for (;;) {
    const step = work.next();
    const nowMs = performance.now();
    if (step.done !== true && nowMs < endMs) continue;
    spend(nowMs - beganMs);
    return step.done === true ? step : undefined;
  }
}

/** Goes on with work of which a first slice is done. */
export async function driveOn<T>(work: Sliced<T>, isFirst = false): Promise<T> {
  for (;;) {
    await turn(isFirst);
    const ended = runSlice(work);
    if (ended !== undefined) return ended.value;
  }
}

/** What a source makes, piece by piece, no faster than it is taken; undefined says that the next piece is not whole yet. */
export async function* inTurns<T>(source: Iterator<T | undefined, void>): AsyncGenerator<T, void> {
  for (;;) {
    const beganMs = performance.now();
    const step = source.next();
    spend(performance.now() - beganMs);
    if (step.done === true) return;
    if (step.value !== undefined) yield step.value;
    if (spentMs >= sliceMs) await turn();
  }
}

/** What sliced work has used since the turn began. */
let spentMs = 0;
const waiting: (() => void)[] = [];
let isScheduled = false;

function spend(ms: number): void {
  spentMs += ms;
  schedule();
}

/**
 * Resolves in a later turn of the event loop, in the order of asking (or before all others). As long as a turn has time left, another piece of
 * work goes on in it: however many there are, together they keep the loop no longer than one.
 */
export function turn(isFirst = false): Promise<void> {
  return new Promise((resolve) => {
    if (isFirst) waiting.unshift(resolve);
    else waiting.push(resolve);
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    spentMs = 0;
    if (waiting.length > 0) resume(performance.now());
  });
}

/** Lets one piece of work after the other go on: each has run when the microtask after it comes. */
function resume(beganMs: number): void {
  const next = waiting.shift();
  if (next === undefined) return;
  next();
  queueMicrotask(() => {
    // What its owner did not count counts too.
    spentMs = Math.max(spentMs, performance.now() - beganMs);
    if (spentMs >= sliceMs) schedule();
    else resume(beganMs);
  });
}
