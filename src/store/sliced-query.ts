import {runSlice, type Sliced} from '../runtime/slices.ts';
import {type Query} from './query.ts';

/** A sliced query after its first slice: ended, or to be driven on. */
export type BegunQuery<T> = {readonly ended: {readonly value: T}} | {readonly ended: undefined; readonly work: Sliced<T>};

/** Runs the first slice of a query. What it watches it has named by its first yield: its watch stands from then on. */
export function beginQuery<T>(work: Sliced<T>, {interests}: Query): BegunQuery<T> {
  const first = work.next();
  if (first.done === true) return {ended: first};
  interests.seal();
  const ended = runSlice(work);
  return ended === undefined ? {ended, work} : {ended};
}
