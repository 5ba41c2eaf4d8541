import fc from 'fast-check';
import {expect, test} from 'vitest';
import {FilterError} from '../../src/filter/filter-error.ts';
import {expressionCharsMax, nestingMax} from '../../src/filter/limits.ts';
import {parseExpression} from '../../src/filter/parser.ts';

const match = (selector: string, operator: string, value?: string): object => ({kind: 'match', selector: selector.split('.'), operator, value});
const x = match('X', 'Equal', 'x');
const y = match('Y', 'Equal', 'y');
const z = match('Z', 'Equal', 'z');

test.each([
  ['X == x', x],
  ['X==x', x],
  [' \r\n\tX\n==\tx ', x],
  ['X != `a"b`', match('X', 'Not Equal', 'a"b')],
  ['x in X.Y', match('X.Y', 'In', 'x')],
  ['"a b" not in X', match('X', 'Not In', 'a b')],
  ['X contains 1.5', match('X', 'In', '1.5')],
  ['X not contains -10', match('X', 'Not In', '-10')],
  ['X matches "^a"', match('X', 'Matches', '^a')],
  ['X not matches a.b["c d"]', match('X', 'Not Matches', 'a.b.c d')],
  ['X is empty', match('X', 'Is Empty')],
  ['X["a"].b[ `c` ] is not empty', match('X.a.b.c', 'Is Not Empty')],
  ['X == "\\x41\\u00e9\\t\\101"', match('X', 'Equal', 'A\u00e9\tA')],
  ['X==x and Y==y and Z==z', {kind: 'and', operands: [x, y, z]}],
  ['X==x and Y==y or Z==z', {kind: 'or', operands: [{kind: 'and', operands: [x, y]}, z]}],
  ['X==x and (Y==y or Z==z)', {kind: 'and', operands: [x, {kind: 'or', operands: [y, z]}]}],
  ['not X==x and Y==y', {kind: 'and', operands: [{kind: 'not', operand: x}, y]}],
  ['not not ( X==x )', {kind: 'not', operand: {kind: 'not', operand: x}}],
  // words of the language are names where they can be
  ['not in X', match('X', 'In', 'not')],
  ['not not in X', {kind: 'not', operand: match('X', 'In', 'not')}],
  ['and == or', match('and', 'Equal', 'or')],
])('%j is read', (text, expression) => {
  expect(parseExpression(text)).toEqual(expression);
});

// Texts of a running Consul 1.21.4; many more are in the conformance scenario "filters".
test.each([
  ['X', '1:2 (1): no match found, expected: "!=", ".", "==", "[", [ \\t\\r\\n] or [a-zA-Z0-9_]'],
  ['not ', '1:5 (4): no match found, expected: "!=", "(", "-", "0", "==", "\\"", "`", "contains", "in", "is", "matches", "not", [ \\t\\r\\n], [1-9] or [a-zA-Z]'],
  ['X == x)', '1:7 (6): no match found, expected: ".", "[", [ \\t\\r\\n], [a-zA-Z0-9_] or EOF'],
  ['X == 0)', '1:7 (6): no match found, expected: ".", [ \\t\\r\\n] or EOF'],
  ['X == "é" x', '1:10 (10): no match found, expected: "and", "or", [ \\t\\r\\n] or EOF'],
  ['X\n\nx', '3:1 (3): no match found, expected: "!=", "==", "contains", "in", "is", "matches", "not" or [ \\t\\r\\n]'],
  ["X == 'x'", '1:6 (5): no match found, expected: "-", "0", "\\"", "`", [ \\t\\r\\n], [1-9] or [a-zA-Z]'],
  ['((X == x)', '1:10 (9): rule "grouping": Unmatched parentheses'],
  ['X == 01', '1:7 (6): rule "number": Invalid number literal'],
  ['X == "\\q"', '1:6 (5): rule "string": invalid syntax'],
  ['x in 1', '1:6 (5): rule "match": Invalid selector'],
  ['X["', '1:4 (3): rule "string": Unterminated string literal\n1:3 (2): rule "index": Invalid index'],
  ['X["a"', '1:6 (5): rule "index": Unclosed index expression'],
])('%j is refused in the words of Consul', (text, error) => {
  expect(() => parseExpression(text)).toThrow(new FilterError(error));
});

function refusalOf(text: string): unknown {
  try {
    parseExpression(text);
    return undefined;
  } catch (error) {
    return error;
  }
}

const tokens = ['X', 'not', 'and', 'or', 'in', 'is', 'empty', 'contains', 'matches', '(', ')', '"', '`', '.', '[', ']', '==', '!=', ' ', '\n', '1', '-', '0', 'é', '\\', '\u{1f600}', 'X==x', ' and ', '"a"'];

test('whatever is written is an expression or an error of the language', () => {
  const text = fc.oneof(fc.string({unit: 'binary', maxLength: 60}), fc.array(fc.constantFrom(...tokens), {maxLength: 20}).map((parts) => parts.join('')));
  fc.assert(fc.property(text, (written) => {
    const refusal = refusalOf(written);
    if (refusal !== undefined) {
      expect(refusal).toBeInstanceOf(FilterError);
      expect((refusal as FilterError).message).toMatch(/^\d+:\d+ \(\d+\): (no match found, expected: .|rule "\w+": .)/);
    }
  }), {numRuns: 1_000});
});

test('parentheses are followed to a bound, and cost no more than their number', () => {
  const nested = (depth: number): string => `${'('.repeat(depth)}X==x${')'.repeat(depth)}`;
  expect(parseExpression(nested(nestingMax - 1))).toEqual(x);
  expect(refusalOf(nested(nestingMax))).toEqual(new FilterError(`filter expression is nested too deeply: at most ${nestingMax} parentheses and negations are read within one another`));
  expect(refusalOf('('.repeat(expressionCharsMax))).toBeInstanceOf(FilterError);
  expect(refusalOf('not '.repeat(expressionCharsMax / 4))).toBeInstanceOf(FilterError);
});

test('a chain may be as long as an expression may be', () => {
  const count = Math.floor(expressionCharsMax / 'X==x or '.length);
  expect(parseExpression('X==x or '.repeat(count).slice(0, -4))).toMatchObject({kind: 'or', operands: {length: count}});
  expect(refusalOf('X==x or '.repeat(count + 1))).toEqual(new FilterError(`filter expression is too long: ${8 * (count + 1)} characters, at most ${expressionCharsMax} are read`));
});
