import {expect, test} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {listOf, listOfRecords, mapOf, pointer, record} from '../../src/filter/composite-fields.ts';
import {RecordFilter} from '../../src/filter/record-filter.ts';
import {bool, int, text, uint} from '../../src/filter/scalar-fields.ts';

interface Thing {
  readonly Name: string;
  readonly Port: number;
  readonly Small: number;
  readonly On: boolean;
  readonly Tags: readonly string[] | null;
  readonly Bytes: readonly number[] | null;
  readonly Meta: ReadonlyMap<string, string> | null;
  readonly Places: ReadonlyMap<string, {readonly Port: number}> | null;
  readonly Parts: readonly {readonly Name: string; readonly Tags: readonly string[] | null}[] | null;
  readonly Other: {readonly Name: string} | null;
  readonly Hidden: string;
}

const partFields = record<{readonly Name: string; readonly Tags: readonly string[] | null}>({Name: text, Tags: listOf(text)});
const things = new RecordFilter<Thing>(record<Thing>({
  Name: text,
  Port: int(),
  Small: uint(8),
  On: bool,
  Tags: listOf(text),
  Bytes: listOf(uint(8)),
  Meta: mapOf(text),
  Places: mapOf(record<{readonly Port: number}>({Port: int()})),
  Parts: listOfRecords(partFields),
  Other: pointer(record<{readonly Name: string}>({Name: text})),
}));

const full: Thing = {
  Name: 'web', Port: 80, Small: 3, On: true, Tags: ['a', 'b'], Bytes: [127, 0, 0, 1], Meta: new Map([['k', 'v'], ['e', '']]), Places: new Map([['lan', {Port: 1}]]),
  Parts: [{Name: 'p', Tags: ['x']}, {Name: 'q', Tags: null}], Other: {Name: 'o'}, Hidden: '',
};
const bare: Thing = {Name: '', Port: 0, Small: 0, On: false, Tags: null, Bytes: null, Meta: null, Places: null, Parts: null, Other: null, Hidden: ''};

test.each([
  // expression, holds for `full`, holds for `bare`
  ['Name == web', true, false],
  ['Name != web', false, true],
  ['e in Name', true, false],
  ['"" in Name', true, true],
  ['Name not contains e', false, true],
  ['Name matches "^w.b$"', true, false],
  ['Name not matches "(?i)WEB"', false, true],
  ['Port == 80', true, false],
  ['Port == "0x50"', true, false],
  ['Port != "8_0"', false, true],
  ['Port == 9223372036854775807', false, false],
  ['Small == "0b11"', true, false],
  ['On == T', true, false],
  ['On != 1', false, true],
  ['b in Tags', true, false],
  ['Tags not contains b', false, true],
  ['Tags is empty', false, true],
  ['Tags is not empty', true, false],
  ['127 in Bytes', true, false],
  ['"0x7f" not in Bytes', false, true],
  ['k in Meta', true, false],
  ['none not in Meta', true, true],
  ['Meta is empty', false, true],
  ['Meta.k == v', true, false],
  ['Meta.e == ""', true, false],
  // what is not there: Consul 1.21.4 takes it to match any expression
  ['Meta.none == x', false, false],
  ['Meta.none != x', true, true],
  ['x in Meta.none', false, false],
  ['x not in Meta.none', true, true],
  ['Meta.none matches x', true, true],
  ['Meta.none not matches x', true, true],
  ['Places.lan.Port == 1', true, false],
  ['Places.wan.Port != 1', true, true],
  ['Parts is empty', false, true],
  ['Parts.Name == q', true, false],
  ['Parts.Name != q', true, false],
  ['not Parts.Name == q', false, true],
  ['x in Parts.Tags', true, false],
  ['Parts.Tags is empty', true, false],
  ['Other.Name == o', true, false],
  ['Other.Name != z', true, true],
  ['Name == web and Port == 80 and On == true', true, false],
  ['Name == nope or Port == 0', false, true],
  ['not (Name == web or Port == 0)', false, false],
])('%s', (expression, ofFull, ofBare) => {
  const holds = things.compile(expression);
  expect([holds?.(full), holds?.(bare)]).toEqual([ofFull, ofBare]);
});

test.each([
  ['Nope == x', 'Selector "Nope" is not valid'],
  ['Hidden == x', 'Selector "Hidden" is not valid'],
  ['constructor == x', 'Selector "constructor" is not valid'],
  ['Name.x.y == z', 'Selector "Name.x" is not valid'],
  ['Tags.a == x', 'Selector "Tags.a" is not valid'],
  ['Meta.a.b == x', 'Selector "Meta.a.b" is not valid'],
  ['Parts.Nope == x', 'Selector "Parts.Nope" is not valid'],
  ['Name is empty', 'Invalid match operator "Is Empty" for selector "Name"'],
  ['Port contains 8', 'Invalid match operator "In" for selector "Port"'],
  ['On matches t', 'Invalid match operator "Matches" for selector "On"'],
  ['Tags == x', 'Invalid match operator "Equal" for selector "Tags"'],
  ['Meta not matches x', 'Invalid match operator "Not Matches" for selector "Meta"'],
  ['Places.lan is empty', 'Invalid match operator "Is Empty" for selector "Places.lan"'],
  ['Parts != x', 'Invalid match operator "Not Equal" for selector "Parts"'],
  ['x not in Parts', 'Invalid match operator "Not In" for selector "Parts"'],
  ['Other == x', 'Invalid match operator "Equal" for selector "Other"'],
  ['Port == x', 'Failed to coerce value "x" for selector "Port": strconv.ParseInt: parsing "x": invalid syntax'],
  ['Port == 9223372036854775808', 'Failed to coerce value "9223372036854775808" for selector "Port": strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ['Small == -1', 'Failed to coerce value "-1" for selector "Small": strconv.ParseUint: parsing "-1": invalid syntax'],
  ['256 in Bytes', 'Failed to coerce value "256" for selector "Bytes": strconv.ParseUint: parsing "256": value out of range'],
  ['On == yes', 'Failed to coerce value "yes" for selector "On": strconv.ParseBool: parsing "yes": invalid syntax'],
  ['Name matches "("', 'Failed to compile regular expression "(": error parsing regexp: missing closing ): `(`'],
  ['Name == x or Nope == 1 or Port == x', 'Selector "Nope" is not valid'],
])('%s is refused in the words of Consul', (expression, error) => {
  expect(() => things.compile(expression)).toThrow(new ConsulError(`Failed to create boolean expression evaluator: ${error}`));
});

test('no expression is no test, and an expression is compiled once', () => {
  expect(things.compile('')).toBeUndefined();
  expect(things.compile('Name == web')).toBe(things.compile('Name == web'));
});

test('where fields are looked at late, an empty list hides their faults but not those of the language', () => {
  expect(things.compileLate('Nope == x', false)?.(full)).toBe(false);
  expect(() => things.compileLate('Nope == x', true)).toThrow(new ConsulError('Selector "Nope" is not valid'));
  expect(() => things.compileLate('Nope ==', false)).toThrow(/^Failed to create boolean expression evaluator: 1:8/);
});

test('an expression that no backtracking engine would survive is only slow to write', () => {
  expect(things.compile('Name matches "^(a+)+$"')?.({...full, Name: `${'a'.repeat(5_000)}b`})).toBe(false);
});

test('expressions that would keep everybody waiting are refused, when they are compiled or when they meet a long text', () => {
  const tooLong = things.compile('Name matches "(?:[ab]?){500}[xy]" or Name matches "(?i)(?:[ab]{0,400})\\\\bq"');
  expect(tooLong?.(full)).toBe(false);
  expect(() => tooLong?.({...full, Name: 'ab'.repeat(2_000)})).toThrow(ConsulError);
  expect(things.compile('Name matches "(?i)connection (refused|reset|timed out)|no such host"')?.({...full, Name: 'the usual words, '.repeat(400)})).toBe(false);
  expect(() => things.compile(Array.from({length: 2}, () => 'Name matches "(?:a?){1000}"').join(' or '))).toThrow(/too large, each of them or all together$/);
});
