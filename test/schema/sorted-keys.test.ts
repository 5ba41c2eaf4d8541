import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {runThrough} from '../../src/runtime/slices.ts';
import {sortedUtf8} from '../../src/schema/go-json.ts';
import {sortedKeys} from '../../src/schema/sorted-keys.ts';

describe('keys sorted in slices', () => {
  it('come in the order of their UTF-8 bytes, however they stood', () => {
    const texts = fc.array(fc.oneof(fc.string({unit: 'binary', maxLength: 4}), fc.nat(999).map(String)), {maxLength: 3_000, size: 'max'});
    fc.assert(fc.property(texts, (given) => {
      expect(runThrough(sortedKeys(given))).toEqual(sortedUtf8([...given]));
    }), {numRuns: 30});
  });

  it('leave turns between', () => {
    let steps = 0;
    const work = sortedKeys(Array.from({length: 10_000}, (_, i) => String(i)));
    while (work.next().done !== true) steps++;
    expect(steps).toBeGreaterThan(100);
  });
});
