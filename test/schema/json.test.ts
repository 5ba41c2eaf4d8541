import {expect, it} from 'vitest';
import {seededRandom} from '../../src/runtime/random.ts';
import {MsgpackError} from '../../src/wire/msgpack-error.ts';
import {formatGoDuration, GoDurationError, parseGoDuration} from '../../src/schema/go-duration.ts';
import {GoBase64Error} from '../../src/schema/go-base64.ts';
import {goJsonByteString, goJsonFloat, goJsonFloat32, goJsonString, indentJson} from '../../src/schema/go-json.ts';
import {formatGoTime, parseGoTime} from '../../src/schema/go-time.ts';
import {JsonDecodeError} from '../../src/schema/json-error.ts';
import {parseJson} from '../../src/schema/json-node.ts';
import {struct} from '../../src/schema/struct.ts';
import {any, bytes, durationString, int, list, map, nullable, str} from '../../src/schema/types.ts';
import {type Type} from '../../src/schema/type.ts';
import vectors from '../vectors/rpc-raft-vectors.json' with {type: 'json'};
import {CheckServiceNode, DirEntry, KVSRequest, NodeService, RegisterRequest} from './sample-structs.ts';

const Service = struct('Service', {
  Name: str, Port: int, Tags: list(str), Meta: map(str).omitEmpty(), Interval: durationString, Check: nullable(struct('Check', {TTL: durationString})),
  EnableTagOverride: str.alias('enable_tag_override'), Hidden: str.json(false)}, {aliasDecoding: true});

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

it("syntax errors have Go's texts", () => {
  const cases: [string, string][] = [
    ['', 'EOF'], ['  ', 'EOF'], ['{', 'unexpected EOF'], ['"a', 'unexpected EOF'], ['tru', 'unexpected EOF'], ['-', 'unexpected EOF'],
    ['x', "invalid character 'x' looking for beginning of value"], ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"], ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"], ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"], ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"], ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"], ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"], ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ];
  for (const [text, error] of cases) expect(errorOf(() => parseJson(text)), text).toBe(error);
  expect(errorOf(() => parseJson('{} x', {wholeInput: true}))).toBe("invalid character 'x' after top-level value");
  expect(errorOf(() => parseJson('', {wholeInput: true}))).toBe('unexpected end of JSON input');
  expect(errorOf(() => parseJson('['.repeat(5000)))).toBe('exceeded max depth');
});

it("type errors have Go's texts", () => {
  const strict = (text: string) => errorOf(() => Service.fromJson(text, {strict: true}));
  expect(strict('{"Port":"x"}')).toBe('json: cannot unmarshal string into Go struct field .Alias.Port of type int');
  expect(strict('{"Port":1.5}')).toBe('json: cannot unmarshal number 1.5 into Go struct field .Alias.Port of type int');
  expect(strict('{"Tags":{}}')).toBe('json: cannot unmarshal object into Go struct field .Alias.Tags of type []string');
  expect(strict('{"Bogus":1}')).toBe('json: unknown field "Bogus"');
  expect(strict('{"Hidden":"a"}')).toBe('json: unknown field "Hidden"');
  expect(errorOf(() => RegisterRequest.fromJson('{"Service":{"Port":"x"}}')))
    .toBe('json: cannot unmarshal string into Go struct field NodeService.Service.Port of type int');
  expect(errorOf(() => RegisterRequest.fromJson('[]'))).toBe('json: cannot unmarshal array into Go value of type structs.RegisterRequest');
  const illegal: [string, number][] = [
    ['!!!!', 0], ['====', 0], ['x===', 1], ['A=AA', 1], ['AA=A', 2], ['AA==A', 4], ['AAA=AAAA', 4], ['AAAAA', 4], ['AAAAAA', 4], ['A=', 1], ['AA=', 3]];
  for (const [text, at] of illegal) expect(errorOf(() => bytes.fromJson(`"${text}"`)), text).toBe(`illegal base64 data at input byte ${at}`);
  expect(bytes.fromJson('"YW\\nI="')).toBe('ab');
});

it('keys match in any case, later duplicates win, null leaves the zero value, what follows is ignored', () => {
  expect(Service.fromJson('{"Name":"a","NAME":"b","port":8,"Tags":null,"enable_tag_override":"t","Check":{"ttl":"10s"}} junk'))
    .toEqual(Service.make({Name: 'b', Port: 8, EnableTagOverride: 't', Check: {TTL: 10e9}}));
  expect(Service.fromJson('{"Port":8,"Port":null}').Port).toBe(8);
  expect(Service.fromJson('null')).toEqual(Service.zero());
  expect(Service.fromJson('{"Interval":true}').Interval).toBe(0);
});

it('output is as encoding/json writes it', () => {
  expect(Service.toJson(Service.make({Name: '<a&b>', Tags: []})))
    .toBe('{"Name":"\\u003ca\\u0026b\\u003e","Port":0,"Tags":[],"Interval":"0s","Check":null,"EnableTagOverride":""}');
  expect(map(int).toJson(new Map([['\u{1f600}', 1], ['\uffee', 2], ['a', 3]]))).toBe('{"a":3,"\uffee":2,"\u{1f600}":1}');
  expect(goJsonString('\u2028\b\f\x01\x7f"\\\ud800é')).toBe('"\\u2028\\b\\f\\u0001\x7f\\"\\\\\\ufffdé"');
  expect(goJsonByteString('\xff\xc3\xa9\xe2\x82')).toBe('"\\ufffdé\\ufffd\\ufffd"');
  expect([1e21, 1e-7, 0.000001, 123456789, -0].map(goJsonFloat)).toEqual(['1e+21', '1e-7', '0.000001', '123456789', '-0']);
  expect(goJsonFloat32(Math.fround(33.3))).toBe('33.3');
  const value = {a: [], b: {}, c: [1, {d: 'x:,{"}\\'}], e: null};
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 4));
  expect(any.toJson(any.fromJson('{"b":1,"a":[true,null,"x",1.5]}'))).toBe('{"a":[true,null,"x",1.5],"b":1}');
});

it('durations and times are Go texts', () => {
  for (const text of ['10s', '1h0m0s', '1m30.5s', '1.5ms', '100ns', '2.5\u00b5s', '-1s', '0s', '72h3m0.5s']) {
    expect(formatGoDuration(parseGoDuration(text))).toBe(text);
  }
  expect(errorOf(() => parseGoDuration('10'))).toBe('time: missing unit in duration "10"');
  expect(errorOf(() => parseGoDuration('abc'))).toBe('time: invalid duration "abc"');
  expect(errorOf(() => parseGoDuration(''))).toBe('time: invalid duration ""');
  expect(errorOf(() => parseGoDuration('1d'))).toBe('time: unknown unit "d" in duration "1d"');
  for (const text of ['0001-01-01T00:00:00Z', '2024-02-29T03:04:05.000000006Z', '2024-01-02T03:04:05.12+05:30', '1969-12-31T23:59:59.5-08:00']) {
    expect(formatGoTime(parseGoTime(text))).toBe(text);
  }
  expect(errorOf(() => parseGoTime('abc'))).toBe('parsing time "abc" as "2006-01-02T15:04:05Z07:00": cannot parse "abc" as "2006"');
  expect(errorOf(() => parseGoTime('2023-02-29T00:00:00Z'))).toBe('parsing time "2023-02-29T00:00:00Z": day out of range');
});

it('structs survive older senders, nils, arrays, unknown and unordered keys', () => {
  expect(KVSRequest.fromMsgpack(Buffer.from('c0', 'hex'))).toEqual(KVSRequest.zero());
  expect(KVSRequest.fromMsgpack(Buffer.from('84a24f70a3736574a3466f6f9101a6446972456e74c0aa4461746163656e746572c0', 'hex')))
    .toEqual(KVSRequest.make({Op: 'set'}));
  expect(KVSRequest.fromMsgpack(Buffer.from('92a3646331a3736574', 'hex'))).toEqual(KVSRequest.make({Datacenter: 'dc1', Op: 'set'}));
  expect(Object.keys(KVSRequest.fromMsgpack(Buffer.from('80', 'hex')))).toEqual(Object.keys(KVSRequest.zero()));
});

const DECODE_ERRORS = [JsonDecodeError, MsgpackError, GoDurationError, GoBase64Error];

function mutate(seed: number, originals: readonly Buffer[], rounds: number, decode: (bytes: Buffer) => unknown): void {
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const bytes = Buffer.from(originals[random.below(originals.length)] ?? '');
    for (let i = 1 + random.below(3); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    try {
      decode(bytes);
    } catch (error) {
      expect(DECODE_ERRORS.some((kind) => error instanceof kind), String(error)).toBe(true);
    }
  }
}

it('mutated messages and texts give a value or a decode error', () => {
  const registers = vectors.rpc.filter((call) => call.method === 'Catalog.Register').map((call) => Buffer.from(call.requestBodyHex, 'hex'));
  mutate(3, registers, 5000, (message) => RegisterRequest.fromMsgpack(message));
  const texts = registers.map((message) => Buffer.from(RegisterRequest.toJson(RegisterRequest.fromMsgpack(message))));
  mutate(5, texts, 5000, (text) => RegisterRequest.fromJson(text, {strict: true}));
  for (const type of [NodeService, DirEntry, CheckServiceNode] as Type<unknown>[]) {
    expect(type.fromJson(type.toJson(type.zero()))).toEqual(type.zero());
  }
});
