import {type Sliced} from './slices.ts';

/** Elements that are sorted in one go; longer lists are merged of such runs. */
const runLength = 256;

/** A sorted list of any source, as sliced work; equals stay in their order. What is in order already costs little more than a walk. */
export function* slicedSort<T>(elements: Iterable<T>, compare: (a: T, b: T) => number): Sliced<T[]> {
  let runs: T[][] = [];
  let run: T[] = [];
  for (const element of elements) {
    run.push(element);
    if (run.length < runLength) continue;
    runs.push(run.sort(compare));
    run = [];
    yield;
  }
  runs.push(run.sort(compare));
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* mergedRuns(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergedRuns<T>(left: T[], right: T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  if (left.length === 0 || right.length === 0 || compare(left.at(-1) as T, right[0] as T) <= 0) return left.concat(right);
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    merged.push(compare(right[r] as T, left[l] as T) < 0 ? (right[r++] as T) : (left[l++] as T));
    if (merged.length % runLength === 0) yield;
  }
  return merged.concat(left.slice(l), right.slice(r));
}
