/**
 * Long work in slices, so that nothing keeps the event loop for long: whoever works yields often, about every tenth of a
 * millisecond, and whoever drives the work looks at the clock.
 */
export type Sliced<T> = Generator<void, T, void>;

/** How long sliced work goes on at a stretch. */
export const sliceMs = 3;

/** Whether what a function gave is work still to be driven. */
export function isSliced<T>(result: T | Sliced<T>): result is Sliced<T> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result;
}

/** Runs sliced work to its end: at once when that takes no longer than a slice, else with turns of the event loop between. */
export function drive<T>(work: Sliced<T>): T | Promise<T> {
  const ended = runSlice(work);
  return ended === undefined ? driveOn(work) : ended.value;
}

/** Runs sliced work in one go: for what is known to be short. */
export function runThrough<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Elements looked at between two looks at the clock. */
const elementsPerStep = 64;

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

/** One slice of work. @returns its result, once it has ended */
export function runSlice<T>(work: Sliced<T>): {readonly value: T} | undefined {
  const endMs = performance.now() + sliceMs;
  do {
    const step = work.next();
    if (step.done === true) return step;
  } while (performance.now() < endMs);
  return undefined;
}

/** Goes on with work of which a first slice is done. */
export async function driveOn<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    await turn();
    const ended = runSlice(work);
    if (ended !== undefined) return ended.value;
  }
}

const waiting: (() => void)[] = [];
let isScheduled = false;

/**
 * Resolves in a later turn of the event loop. One piece of work goes on in each turn, in the order of their asking:
 * however many there are, together they keep the loop no longer than one.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    waiting.shift()?.();
    if (waiting.length > 0) schedule();
  });
}
