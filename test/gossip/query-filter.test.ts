import {expect, test} from 'vitest';
import {encodeFilters, passesFilter} from '../../src/gossip/serf/query-filter.ts';

function passes(expression: string, value: string): boolean {
  const [filter = ''] = encodeFilters({name: 'q', payload: '', filterTags: {role: expression}}) ?? [];
  return passesFilter(filter, 'n', {role: value});
}

test('a tag filter matches the tag, as a regular expression', () => {
  expect(passes('^web', 'web-1')).toBe(true);
  expect(passes('^web$', 'web-1')).toBe(false);
});

test('an expression that backtracks without end is answered at once', () => {
  const startedMs = performance.now();
  expect(passes('^(a+)+$', `${'a'.repeat(60)}b`)).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(1000);
});

test('what Go does not know is refused', () => {
  expect(() => passes('(a)\\1', 'aa')).toThrow('error parsing regexp');
  expect(() => passes('(?=a)', 'a')).toThrow('error parsing regexp');
});
