import fc from 'fast-check';
import {expect, test} from 'vitest';
import {slicedSort} from '../../src/runtime/sliced-sort.ts';
import {runThrough} from '../../src/runtime/slices.ts';

test('sorts as Array.sort does, equals in the order they had', () => {
  const pairs = fc.array(fc.tuple(fc.nat(50), fc.nat()), {maxLength: 2_000, size: 'max'});
  fc.assert(fc.property(pairs, (given) => {
    const byFirst = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0];
    expect(runThrough(slicedSort(given, byFirst))).toEqual(given.toSorted(byFirst));
  }), {numRuns: 30});
});
