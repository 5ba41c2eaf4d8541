import {slicedSort} from '../runtime/sliced-sort.ts';
import {type Sliced} from '../runtime/slices.ts';
import {compareUtf8} from './go-json.ts';

/** Texts by their UTF-8 bytes, as `sortedUtf8`, as sliced work. */
export function sortedKeys(texts: Iterable<string>): Sliced<string[]> {
  return slicedSort(texts, compareUtf8);
}
