import {tryGoDuration} from '../schema/go-duration.ts';
import {goQuote} from '../schema/go-quote.ts';
import {GoStrconvError, tryGoAtoi, tryGoBool, tryGoUint} from '../schema/go-strconv.ts';

/**
 * How a flag's text becomes a value, and what Go would print for it:
 * `bool` takes a value only with `=`; `int`, `uint`, `duration` are Go's own flag types ("parse error");
 * `atoi`, `strictBool`, `strictUint` and `strictDuration` are Consul's (errors say what strconv or time found); `list` and `pairs` accumulate.
 */
export type FlagKind = 'bool' | 'strictBool' | 'string' | 'value' | 'int' | 'atoi' | 'uint' | 'duration' | 'strictUint' | 'strictDuration' | 'list' | 'pairs' | 'colonPairs';

export interface FlagValues {
  bool: boolean;
  strictBool: boolean;
  string: string;
  value: string;
  int: number;
  atoi: number;
  uint: bigint;
  /** nanoseconds */
  duration: number;
  strictUint: bigint;
  /** nanoseconds */
  strictDuration: number;
  list: readonly string[];
  pairs: Readonly<Record<string, string>>;
  colonPairs: Readonly<Record<string, string>>;
}

export interface FlagSpec<K extends FlagKind = FlagKind> {
  readonly kind: K;
  /** May name the value in backquotes, as Go's usage texts do: "a `key=value` pair". */
  readonly help: string;
  /** Default, as it would be typed. */
  readonly default?: string;
  /** In help, which section the flag stands in. */
  readonly section?: 'http';
}

export type FlagTable = Readonly<Record<string, FlagSpec>>;

export type ParsedFlags<T extends FlagTable> = {readonly [N in keyof T]: FlagValues[T[N]['kind']]};

export interface ParsedCommandLine<T extends FlagTable> {
  readonly flags: ParsedFlags<T>;
  /** Flags that were given, in order of their first appearance. */
  readonly given: ReadonlySet<string>;
  /** Every flag as it was given, with its text, in order. */
  readonly words: readonly (readonly [name: string, text: string])[];
  readonly args: readonly string[];
}

/** A command line that Go's flag package refuses; the message is its text without the usage that follows. */
export class FlagError extends Error {
  override readonly name: string = 'FlagError';
}

/** A flag that the command has not. */
export class UnknownFlagError extends FlagError {
  override readonly name = 'UnknownFlagError';
  readonly flag: string;

  constructor(flag: string) {
    super(`flag provided but not defined: -${flag}`);
    this.flag = flag;
  }
}

/** `-h` or `-help` where no such flag is defined. */
export class HelpRequested extends Error {
  override readonly name = 'HelpRequested';
  constructor() {
    super('flag: help requested');
  }
}

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Go's integer literals in base 0: decimal, 0x, 0o or 0, 0b, with `_` between digits.
 * @returns undefined when it is no integer literal
 */
function parseGoInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] ?? '').replaceAll('_', '').toLowerCase();
  const literal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const magnitude = BigInt(literal);
  return match[1] === '-' ? -magnitude : magnitude;
}

function refuse(kind: FlagKind, name: string, text: string, why: string): never {
  const what = kind === 'bool' || kind === 'strictBool' ? 'invalid boolean value' : 'invalid value';
  const where = kind === 'bool' || kind === 'strictBool' ? `for -${name}` : `for flag -${name}`;
  throw new FlagError(`${what} ${goQuote(text)} ${where}: ${why}`);
}

/** What strconv read. @throws FlagError with what it says against the text */
function accepted<T>(kind: FlagKind, name: string, text: string, read: T | GoStrconvError, why?: string): T {
  return read instanceof GoStrconvError ? refuse(kind, name, text, why ?? read.message) : read;
}

function parseScalar(kind: FlagKind, name: string, text: string): FlagValues[FlagKind] {
  switch (kind) {
    case 'bool':
      return accepted(kind, name, text, tryGoBool(text), 'parse error');
    case 'strictBool':
      return accepted(kind, name, text, tryGoBool(text));
    case 'int': {
      const value = parseGoInteger(text) ?? refuse(kind, name, text, 'parse error');
      if (value > INT64_MAX || value < -INT64_MAX - 1n) refuse(kind, name, text, 'value out of range');
      return Number(value);
    }
    case 'uint': {
      const value = /^[+-]/.test(text) ? undefined : parseGoInteger(text);
      if (value === undefined) return refuse(kind, name, text, 'parse error');
      if (value > UINT64_MAX) refuse(kind, name, text, 'value out of range');
      return value;
    }
    case 'strictUint':
      return accepted(kind, name, text, tryGoUint(text));
    case 'strictDuration': {
      const duration = tryGoDuration(text);
      return typeof duration === 'number' ? duration : refuse(kind, name, text, duration.message);
    }
    case 'atoi':
      return accepted(kind, name, text, tryGoAtoi(text));
    case 'duration': {
      const duration = tryGoDuration(text);
      return typeof duration === 'number' ? duration : refuse(kind, name, text, 'parse error');
    }
    default:
      return text;
  }
}

function zeroOf(spec: FlagSpec, name: string): FlagValues[FlagKind] {
  switch (spec.kind) {
    case 'list':
      return spec.default === undefined ? [] : [spec.default];
    case 'pairs':
    case 'colonPairs':
      return {};
    default:
      break;
  }
  if (spec.default !== undefined) return parseScalar(spec.kind, name, spec.default);
  switch (spec.kind) {
    case 'bool':
    case 'strictBool':
      return false;
    case 'int':
    case 'atoi':
    case 'duration':
    case 'strictDuration':
      return 0;
    case 'uint':
    case 'strictUint':
      return 0n;
    default:
      return '';
  }
}

function assign(values: Record<string, FlagValues[FlagKind]>, spec: FlagSpec, name: string, text: string, first: boolean): void {
  if (spec.kind === 'list') {
    values[name] = first ? [text] : [...(values[name] as readonly string[]), text];
  } else if (spec.kind === 'pairs' || spec.kind === 'colonPairs') {
    const separator = spec.kind === 'pairs' ? '=' : ':';
    const at = text.indexOf(separator);
    if (at < 0 && separator === '=') refuse(spec.kind, name, text, `Missing "=" value in argument: ${text}`);
    const key = at < 0 ? text : text.slice(0, at);
    values[name] = {...(values[name] as Record<string, string>), [key]: at < 0 ? '' : text.slice(at + 1)};
  } else {
    values[name] = parseScalar(spec.kind, name, text);
  }
}

/**
 * Parses a command line by the rules of Go's flag package (libraries.md §5, cli.md §1.2).
 * @param table every flag the command knows
 * @param argv the words after the command's name
 * @throws FlagError with Go's text; HelpRequested for -h and -help
 */
export function parseFlags<const T extends FlagTable>(table: T, argv: readonly string[]): ParsedCommandLine<T> {
  const values: Record<string, FlagValues[FlagKind]> = {};
  for (const [name, spec] of Object.entries(table)) values[name] = zeroOf(spec, name);
  const given = new Set<string>();
  const words: [string, string][] = [];
  let next = 0;
  while (next < argv.length) {
    const word = argv[next] ?? '';
    if (word.length < 2 || !word.startsWith('-')) break;
    next++;
    if (word === '--') break;
    const body = word.slice(word.startsWith('--') ? 2 : 1);
    if (body === '' || body.startsWith('-') || body.startsWith('=')) throw new FlagError(`bad flag syntax: ${word}`);
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined) {
      if (name === 'help' || name === 'h') throw new HelpRequested();
      throw new UnknownFlagError(name);
    }
    let text = equals < 0 ? undefined : body.slice(equals + 1);
    if (text === undefined && (spec.kind === 'bool' || spec.kind === 'strictBool')) text = 'true';
    if (text === undefined) {
      if (next >= argv.length) throw new FlagError(`flag needs an argument: -${name}`);
      text = argv[next++] ?? '';
    }
    assign(values, spec, name, text, !given.has(name));
    given.add(name);
    words.push([name, text]);
  }
  return {flags: values as ParsedFlags<T>, given, words, args: argv.slice(next)};
}
