import {type Sliced} from '../runtime/slices.ts';
import {compareUtf8, hasSurrogates, sortedUtf8} from './go-json.ts';

/** Keys that are sorted in one go; longer lists are merged of such. */
const runLength = 256;

/** Texts by their UTF-8 bytes, as `sortedUtf8`, as sliced work. What is in order already, as most is, costs one walk. */
export function* sortedKeys(texts: Iterable<string>): Sliced<string[]> {
  let runs: string[][] = [];
  let run: string[] = [];
  let isPlain = true;
  for (const text of texts) {
    run.push(text);
    isPlain &&= !hasSurrogates(text);
    if (run.length < runLength) continue;
    runs.push(sortedUtf8(run));
    run = [];
    yield;
  }
  runs.push(sortedUtf8(run));
  const isBelow = isPlain ? (a: string, b: string) => a < b : (a: string, b: string) => compareUtf8(a, b) < 0;
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* mergedRuns(runs[at] ?? [], runs[at + 1] ?? [], isBelow));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergedRuns(left: string[], right: string[], isBelow: (a: string, b: string) => boolean): Sliced<string[]> {
  const [last, first] = [left.at(-1), right[0]];
  if (last === undefined || first === undefined || !isBelow(first, last)) return left.concat(right);
  const merged: string[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    const [a, b] = [left[l] as string, right[r] as string];
    if (isBelow(b, a)) {
      merged.push(b);
      r++;
    } else {
      merged.push(a);
      l++;
    }
    if (merged.length % runLength === 0) yield;
  }
  return merged.concat(left.slice(l), right.slice(r));
}
