import {describe, expect, it} from 'vitest';
import {FlagError, HelpRequested, parseFlags} from '../../src/cli/go-flags.ts';

const TABLE = {
  recurse: {kind: 'bool', help: ''},
  stale: {kind: 'strictBool', help: ''},
  separator: {kind: 'string', help: '', default: '/'},
  flags: {kind: 'uint', help: ''},
  factor: {kind: 'int', help: ''},
  port: {kind: 'atoi', help: ''},
  wait: {kind: 'duration', help: ''},
  join: {kind: 'list', help: ''},
  meta: {kind: 'pairs', help: ''},
  'node-meta': {kind: 'colonPairs', help: ''},
} as const;

function faultOf(argv: readonly string[]): string {
  try {
    parseFlags(TABLE, argv);
  } catch (error) {
    if (error instanceof FlagError) return error.message;
    throw error;
  }
  return 'no fault';
}

describe('Go flags', () => {
  it('takes one or two dashes, and values with = or as the next word', () => {
    const {flags, args} = parseFlags(TABLE, ['--recurse', '-separator', '-', '-flags=0x10', '--port', '-1', 'key', '-stale']);
    expect(flags).toMatchObject({recurse: true, separator: '-', flags: 16n, port: -1, stale: false});
    expect(args).toEqual(['key', '-stale']);
  });

  it('stops at a lone dash, at -- and at the first other word', () => {
    expect(parseFlags(TABLE, ['-', '-recurse']).args).toEqual(['-', '-recurse']);
    expect(parseFlags(TABLE, ['--', '-recurse']).args).toEqual(['-recurse']);
  });

  it('lets the last scalar win and collects lists and pairs', () => {
    const {flags, words} = parseFlags(TABLE, ['-separator=a', '-separator=b', '-join', 'x', '-join=y', '-meta', 'a=b=c', '-node-meta=k:v:w', '-node-meta=z']);
    expect(flags).toMatchObject({separator: 'b', join: ['x', 'y'], meta: {a: 'b=c'}, 'node-meta': {k: 'v:w', z: ''}});
    expect(words.map(([name]) => name)).toEqual(['separator', 'separator', 'join', 'join', 'meta', 'node-meta', 'node-meta']);
  });

  it.each([
    [['-nosuch'], 'flag provided but not defined: -nosuch'],
    [['-flags'], 'flag needs an argument: -flags'],
    [['-flags=abc'], 'invalid value "abc" for flag -flags: parse error'],
    [['-flags=-1'], 'invalid value "-1" for flag -flags: parse error'],
    [['-flags=99999999999999999999999'], 'invalid value "99999999999999999999999" for flag -flags: value out of range'],
    [['-factor=1x'], 'invalid value "1x" for flag -factor: parse error'],
    [['-recurse=maybe'], 'invalid boolean value "maybe" for -recurse: parse error'],
    [['-stale=maybe'], 'invalid boolean value "maybe" for -stale: strconv.ParseBool: parsing "maybe": invalid syntax'],
    [['-port=0x10'], 'invalid value "0x10" for flag -port: strconv.Atoi: parsing "0x10": invalid syntax'],
    [['-port=99999999999999999999'], 'invalid value "99999999999999999999" for flag -port: strconv.Atoi: parsing "99999999999999999999": value out of range'],
    [['-wait=5'], 'invalid value "5" for flag -wait: parse error'],
    [['-meta', 'foo'], 'invalid value "foo" for flag -meta: Missing "=" value in argument: foo'],
    [['-=x'], 'bad flag syntax: -=x'],
    [['---x'], 'bad flag syntax: ---x'],
  ])('refuses %j in the words of Go', (argv, text) => {
    expect(faultOf(argv)).toBe(text);
  });

  it('knows a call for help from an unknown flag', () => {
    expect(() => parseFlags(TABLE, ['-help'])).toThrow(HelpRequested);
  });
});
