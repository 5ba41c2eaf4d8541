import {expect, test} from 'vitest';
import {compileGoRegexp} from '../../src/schema/go-regexp.ts';

// Texts of a running Consul 1.21.4.
test.each([
  ['(', 'missing closing ): `(`'],
  ['[a', 'missing closing ]: `[a`'],
  ['*', 'missing argument to repetition operator: `*`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['(?<!x)', 'invalid named capture: `(?<!x)`'],
  ['(?!a)', 'invalid or unsupported Perl syntax: `(?!`'],
  ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
  ['(a)\\1', 'invalid escape sequence: `\\1`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
  ['\\', 'trailing backslash at end of expression: ``'],
])('%s is refused in the words of Go', (expression, reason) => {
  expect(compileGoRegexp(expression)).toEqual({error: `error parsing regexp: ${reason}`});
});

test.each([
  ['web', 'the-web-1', true],
  ['^web$', 'web-1', false],
  ['(?i)^WEB', 'web', true],
  ['(?i:a)b', 'AB', false],
  ['^[[:alpha:]]+$', 'abc', true],
  ['\\Aab\\z', 'ab', true],
  ['\\Qa.b\\E', 'a.b', true],
  ['(?P<year>\\d{4})', 'in 1984', true],
  ['\\pL', 'é', true],
  ['', '', true],
])('%s on %s: %s', (expression, text, matches) => {
  const compiled = compileGoRegexp(expression);
  expect('test' in compiled && compiled.test(text)).toBe(matches);
});

test('an expression is as long as people write, not longer', () => {
  expect(compileGoRegexp('a'.repeat(1025))).toEqual({error: 'error parsing regexp: expression is too long'});
});
