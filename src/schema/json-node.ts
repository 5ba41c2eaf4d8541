import {isUtf8} from 'node:buffer';
import {decodeUtf8AsGo} from '../wire/byte-string.ts';
import {goQuoteChar} from './go-json.ts';
import {JsonSyntaxError} from './json-error.ts';
import {JSON_MAX_DEPTH} from './limits.ts';

/** A parsed JSON value that lost nothing: numbers keep their text, objects their order and their duplicates. */
export type JsonNode = null | boolean | string | JsonNumber | readonly JsonNode[] | JsonObject;

/** A JSON number as it was written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON object: `keys[i]` belongs to `values[i]`; a key may occur twice. */
export class JsonObject {
  readonly keys: readonly string[];
  readonly values: readonly JsonNode[];

  constructor(keys: readonly string[], values: readonly JsonNode[]) {
    this.keys = keys;
    this.values = values;
  }

  /** The value of the last such key, compared exactly. */
  get(key: string): JsonNode | undefined {
    const at = this.keys.lastIndexOf(key);
    return at < 0 ? undefined : this.values[at];
  }
}

export interface JsonParseOptions {
  /**
   * False (default): as Go's Decoder on a stream: data after the first value is ignored, nothing at all is `EOF`.
   * True: as json.Unmarshal: such data is an error, nothing at all is `unexpected end of JSON input`.
   */
  readonly wholeInput?: boolean;
}

/**
 * Parses a JSON text. Bytes that are not UTF-8 become U+FFFD each, as in Go.
 * @throws JsonSyntaxError with Go's text (`EOF`, `unexpected EOF`, `invalid character 'x' …`)
 */
export function parseJson(input: string | Uint8Array, options: JsonParseOptions = {}): JsonNode {
  const text = typeof input === 'string' ? input : textOf(input);
  return new JsonParser(text, options.wholeInput ?? false).parse();
}

function textOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) return decodeUtf8AsGo(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

const PLAIN_RUN = /[^"\\\x00-\x1f]*/y;
const NUMBER_RUN = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const HEX4 = /^[0-9a-fA-F]{4}$/;
const ESCAPES = new Map([
  ['"', '"'], ['\\', '\\'], ['/', '/'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t'],
]);

class JsonParser {
  readonly #text: string;
  readonly #wholeInput: boolean;
  #pos = 0;
  #depth = 0;

  constructor(text: string, wholeInput: boolean) {
    this.#text = text;
    this.#wholeInput = wholeInput;
  }

  parse(): JsonNode {
    this.#skipSpace();
    if (this.#pos >= this.#text.length) throw this.#endOfInput('EOF');
    const value = this.#value();
    this.#skipSpace();
    if (this.#wholeInput && this.#pos < this.#text.length) throw this.#unexpected('after top-level value');
    return value;
  }

  #value(): JsonNode {
    const char = this.#peek();
    switch (char) {
      case '{': return this.#nested(() => this.#object());
      case '[': return this.#nested(() => this.#array());
      case '"': return this.#string();
      case 't': return this.#literal('true', true);
      case 'f': return this.#literal('false', false);
      case 'n': return this.#literal('null', null);
      default: return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > JSON_MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth', this.#pos);
    this.#pos++;
    this.#skipSpace();
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): JsonObject {
    const keys: string[] = [];
    const values: JsonNode[] = [];
    if (this.#peek() === '}') {
      this.#pos++;
      return new JsonObject(keys, values);
    }
    for (;;) {
      if (this.#peek() !== '"') throw this.#unexpected('looking for beginning of object key string');
      keys.push(this.#string());
      this.#skipSpace();
      if (this.#peek() !== ':') throw this.#unexpected('after object key');
      this.#pos++;
      this.#skipSpace();
      values.push(this.#value());
      if (this.#closes('}', 'after object key:value pair')) return new JsonObject(keys, values);
    }
  }

  #array(): JsonNode[] {
    const items: JsonNode[] = [];
    if (this.#peek() === ']') {
      this.#pos++;
      return items;
    }
    for (;;) {
      items.push(this.#value());
      if (this.#closes(']', 'after array element')) return items;
    }
  }

  /** After a member: true at the closing bracket, false past a comma. */
  #closes(bracket: string, where: string): boolean {
    this.#skipSpace();
    const char = this.#peek();
    if (char !== bracket && char !== ',') throw this.#unexpected(where);
    this.#pos++;
    if (char === ',') this.#skipSpace();
    return char === bracket;
  }

  #string(): string {
    this.#pos++;
    let value = '';
    for (;;) {
      PLAIN_RUN.lastIndex = this.#pos;
      const run = PLAIN_RUN.exec(this.#text)?.[0] ?? '';
      value = value === '' ? run : value + run;
      this.#pos += run.length;
      const char = this.#peek();
      if (char === '"') {
        this.#pos++;
        return value.toWellFormed();
      }
      if (char !== '\\') throw this.#unexpected('in string literal');
      value += this.#escape();
    }
  }

  #escape(): string {
    this.#pos++;
    const char = this.#peek();
    if (char === 'u') return this.#unicodeEscape();
    const value = ESCAPES.get(char);
    if (value === undefined) throw this.#unexpected('in string escape code');
    this.#pos++;
    return value;
  }

  #unicodeEscape(): string {
    const digits = this.#text.slice(this.#pos + 1, this.#pos + 5);
    if (HEX4.test(digits)) {
      this.#pos += 5;
      return String.fromCharCode(parseInt(digits, 16));
    }
    this.#pos++;
    while (/[0-9a-fA-F]/.test(this.#peek())) this.#pos++;
    throw this.#unexpected('in \\u hexadecimal character escape');
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++) {
      const expected = word.charAt(i);
      if (this.#peek() !== expected) throw this.#unexpected(`in literal ${word} (expecting '${expected}')`);
      this.#pos++;
    }
    return value;
  }

  #number(): JsonNumber {
    NUMBER_RUN.lastIndex = this.#pos;
    const text = NUMBER_RUN.exec(this.#text)?.[0];
    if (text === undefined) {
      if (this.#peek() !== '-') throw this.#unexpected('looking for beginning of value');
      this.#pos++;
      this.#peek();
      throw this.#unexpected('in numeric literal');
    }
    this.#pos += text.length;
    this.#checkNumberEnd(text);
    return new JsonNumber(text);
  }

  /** `1.` and `1e` match as `1`: what follows must not be the start of a fraction or exponent. */
  #checkNumberEnd(text: string): void {
    const next = this.#text.charAt(this.#pos);
    if (next === '.' && !/[.eE]/.test(text)) {
      this.#pos++;
      this.#peek();
      throw this.#unexpected('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(text)) {
      this.#pos++;
      if (/[+-]/.test(this.#peek())) this.#pos++;
      this.#peek();
      throw this.#unexpected('in exponent of numeric literal');
    }
  }

  #skipSpace(): void {
    for (;;) {
      const char = this.#text.charCodeAt(this.#pos);
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return;
      this.#pos++;
    }
  }

  #peek(): string {
    if (this.#pos >= this.#text.length) throw this.#endOfInput('unexpected EOF');
    return this.#text.charAt(this.#pos);
  }

  #endOfInput(streamText: string): JsonSyntaxError {
    return new JsonSyntaxError(this.#wholeInput ? 'unexpected end of JSON input' : streamText, this.#text.length);
  }

  #unexpected(where: string): JsonSyntaxError {
    return new JsonSyntaxError(`invalid character ${goQuoteChar(this.#text.charAt(this.#pos))} ${where}`, this.#pos);
  }
}
