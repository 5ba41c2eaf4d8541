import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseHcl} from '../../src/config/hcl/parser.ts';
import {parseJsonConfig} from '../../src/config/parse-json.ts';
import {SyntaxFault, type RawNode} from '../../src/config/raw-node.ts';

function plain(node: RawNode): unknown {
  if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([name, entry]) => [name, plain(entry.value)]));
  if (node.kind === 'list') return node.items.map(plain);
  return node.kind === 'null' ? null : node.value;
}

function faultOf(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
  return 'no fault';
}

describe('HCL', () => {
  it.each([
    ['a = 1 b = true, c = "x"', {a: 1, b: true, c: 'x'}],
    ['service { name = "web" port = 80 }', {service: [{name: 'web', port: 80}]}],
    ['service "web" { port = 0x50 }', {service: [{web: [{port: 80}]}]}],
    ['s { a = 1 }\ns { b = 2 }', {s: [{a: 1}, {b: 2}]}],
    ['a = ["x"]\na = ["y",]', {a: ['x', 'y']}],
    ['a = [{b = 1}, {c = [1,,2]}]', {a: [{b: 1}, {c: [1, 2]}]}],
    ['a = 1\na = 2', {a: 2}],
    ['n = -5 f = 3.5 e = 1e3 o = 010 h = .5', {n: -5, f: 3.5, e: 1000, o: 8, h: 0.5}],
    ['# c\n// d\n/* e\n */ "a b" = "\\n\\u00e9\\x41\\101\\\\"', {'a b': '\né' + 'AA\\'}],
    ['a = "${ "x\\n" }"', {a: '${ "x\\n" }'}],
    ['a = <<EOF\n x\n  y\n  EOF\nb = 1', {a: ' x\n  y\n', b: 1}],
    ['a = <<-EOF\n    x\n      y\n    EOF\n', {a: 'x\n  y\n'}],
    ['a = <<-EOF\n    x\n  y\n    EOF\n', {a: '    x\n  y\n'}],
    ['server = ', {}],
    ['', {}],
  ])('reads %j', (text, value) => {
    expect(plain(parseHcl(text))).toEqual(value);
  });

  it.each([
    ['foo', "At 1:5: key 'foo' expected start of object ('{') or assignment ('=')"],
    ['foo "x"', "At 1:8: key 'foo \"x\"' expected start of object ('{') or assignment ('=')"],
    ['= 3', 'At 1:1: no object keys found!'],
    ['a = {', 'At 1:7: object expected closing RBRACE got: EOF'],
    ['a { b = 1', 'At 1:13: object expected closing RBRACE got: EOF'],
    ['a = [1 2]', 'At 1:8: error parsing list, expected comma or list end, got: NUMBER'],
    ['a = [b]', 'At 1:6: unexpected token while parsing list: IDENT'],
    ['a = "x', 'At 1:7: literal not terminated'],
    ["a = 'x'", 'At 1:5: illegal char'],
    ['a : 1', 'At 1:3: illegal char'],
    ['a = 1 }', 'At 1:7: expected: IDENT | STRING | ASSIGN | LBRACE got: RBRACE'],
    ['a = <<EOF\nfoo\n', 'At 3:1: heredoc not terminated'],
    ['/* x', 'At 1:5: comment not terminated'],
    ['a = "\\q"', 'At 1:7: illegal char escape'],
    ['a = 0x', 'At 1:7: illegal hexadecimal number'],
    ['a = 09', 'strconv.ParseInt: parsing "09": invalid syntax'],
    ['a = b', 'At 1:5: Unknown token: 1:5 IDENT b'],
    ['a b c = 1', 'At 1:7: nested object expected: LBRACE got: ASSIGN'],
  ])('refuses %j as HCL 1 does', (text, message) => {
    expect(faultOf(parseHcl, text)).toBe(message);
  });

  it('answers any text with a tree or a fault', () => {
    const piece = fc.constantFrom('a', ' = ', '{', '}', '[', ']', ',', '"', '${', '<<E\n', 'E\n', '\\', '#', '/*', '*/', '1', '-', '.', 'e', '0x', '\n', 'true', '\u{1f600}');
    fc.assert(fc.property(fc.oneof(fc.string({unit: 'binary', maxLength: 60}), fc.array(piece, {maxLength: 40}).map((pieces) => pieces.join(''))), (text) => {
      faultOf(parseHcl, text);
      faultOf(parseJsonConfig, text);
    }), {numRuns: 2000});
  });

  it('bounds nesting', () => {
    expect(faultOf(parseHcl, 'a = ' + '['.repeat(100_000))).toContain('nested deeper');
    expect(faultOf(parseJsonConfig, '['.repeat(100_000))).toBe('exceeded max depth');
  });
});

describe('JSON', () => {
  it('agrees with JSON.parse on whatever JSON.stringify writes', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue(), {noNullPrototype: true}), (value) => {
      const text = JSON.stringify(value, null, 1);
      expect(plain(parseJsonConfig(text))).toEqual(JSON.parse(text));
    }), {numRuns: 300});
  });

  it.each([
    ['{', 'unexpected end of JSON input'],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a": 1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a": tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"a": "x\n"}', "invalid character '\\n' in string literal"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{"a": [1 2]}', "invalid character '2' after array element"],
    ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('refuses %j in the words of Go', (text, message) => {
    expect(faultOf(parseJsonConfig, text)).toBe(message);
  });
});
