import {MAX_NESTING_DEPTH} from './limits.ts';
import {SyntaxFault, type Position, type RawEntry, type RawMap, type RawNode} from './raw-node.ts';

/**
 * Parses a JSON configuration file, strictly (config.md §2.2). Numbers are floats, as Go decodes them into `any`;
 * of a repeated key the last value counts.
 * @returns the top-level map; empty for `null`
 * @throws SyntaxFault with Go's encoding/json text
 */
export function parseJsonConfig(text: string): RawMap {
  const node = parseJson(text);
  if (node.kind === 'null') return {kind: 'map', entries: new Map(), at: node.at};
  if (node.kind === 'map') return node;
  const what = node.kind === 'list' ? 'array' : node.kind === 'float' ? 'number' : node.kind;
  throw new SyntaxFault(`json: cannot unmarshal ${what} into Go value of type map[string]interface {}`, node.at);
}

/**
 * Parses any JSON document as Go does.
 * @param options numbersAsText: numbers come as strings with all their digits
 * @throws SyntaxFault with Go's encoding/json text
 */
export function parseJson(text: string, options: {readonly numbersAsText?: boolean} = {}): RawNode {
  return new JsonParser(text, options.numbersAsText ?? false).document();
}

class JsonParser {
  readonly #text: string;
  readonly #numbersAsText: boolean;
  #next = 0;
  #line = 1;
  #lineStart = 0;
  #depth = 0;

  constructor(text: string, numbersAsText: boolean) {
    this.#text = text;
    this.#numbersAsText = numbersAsText;
  }

  document(): RawNode {
    const value = this.#value();
    this.#space();
    if (this.#next < this.#text.length) this.#invalid('after top-level value');
    return value;
  }

  #value(): RawNode {
    this.#space();
    const at = this.#position();
    const char = this.#text[this.#next];
    if (char === '{') return this.#object(at);
    if (char === '[') return this.#array(at);
    if (char === '"') return {kind: 'string', value: this.#string(), at};
    if (char === '-' || (char !== undefined && /[0-9]/.test(char))) return this.#number(at);
    if (char === 't') return this.#literal('true', {kind: 'bool', value: true, at});
    if (char === 'f') return this.#literal('false', {kind: 'bool', value: false, at});
    if (char === 'n') return this.#literal('null', {kind: 'null', at});
    return this.#invalid('looking for beginning of value');
  }

  #object(at: Position): RawMap {
    this.#enter();
    const entries = new Map<string, RawEntry>();
    this.#space();
    if (this.#text[this.#next] === '}') return this.#leave({kind: 'map', entries, at});
    for (;;) {
      this.#space();
      const keyAt = this.#position();
      if (this.#text[this.#next] !== '"') this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      this.#space();
      if (this.#text[this.#next] !== ':') this.#invalid('after object key');
      this.#next++;
      entries.set(key, {keyAt, value: this.#value()});
      this.#space();
      const separator = this.#text[this.#next];
      if (separator === '}') return this.#leave({kind: 'map', entries, at});
      if (separator !== ',') this.#invalid('after object key:value pair');
      this.#next++;
    }
  }

  #array(at: Position): RawNode {
    this.#enter();
    const items: RawNode[] = [];
    this.#space();
    if (this.#text[this.#next] === ']') return this.#leave({kind: 'list', items, at, ofBlocks: false});
    for (;;) {
      items.push(this.#value());
      this.#space();
      const separator = this.#text[this.#next];
      if (separator === ']') return this.#leave({kind: 'list', items, at, ofBlocks: false});
      if (separator !== ',') this.#invalid('after array element');
      this.#next++;
    }
  }

  #string(): string {
    const start = this.#next++;
    for (;;) {
      const char = this.#text[this.#next];
      if (char === undefined || char < ' ') this.#invalid('in string literal');
      this.#next++;
      if (char === '"') break;
      if (char !== '\\') continue;
      const escape = this.#text[this.#next];
      if (escape === undefined || !/["\\/bfnrtu]/.test(escape)) this.#invalid('in string escape code');
      this.#next++;
      for (let left = escape === 'u' ? 4 : 0; left > 0; left--) {
        if (!/[0-9a-fA-F]/.test(this.#text[this.#next] ?? '')) this.#invalid('in \\u hexadecimal character escape');
        this.#next++;
      }
    }
    return (JSON.parse(this.#text.slice(start, this.#next)) as string).toWellFormed();
  }

  #number(at: Position): RawNode {
    const start = this.#next;
    const digits = (): void => {
      while (/[0-9]/.test(this.#text[this.#next] ?? '')) this.#next++;
    };
    if (this.#text[this.#next] === '-') this.#next++;
    if (!/[0-9]/.test(this.#text[this.#next] ?? '')) this.#invalid('in numeric literal');
    if (this.#text[this.#next] === '0') this.#next++;
    else digits();
    if (this.#text[this.#next] === '.') {
      this.#next++;
      if (!/[0-9]/.test(this.#text[this.#next] ?? '')) this.#invalid('after decimal point in numeric literal');
      digits();
    }
    if (/[eE]/.test(this.#text[this.#next] ?? '')) {
      this.#next++;
      if (/[+-]/.test(this.#text[this.#next] ?? '')) this.#next++;
      if (!/[0-9]/.test(this.#text[this.#next] ?? '')) this.#invalid('in exponent of numeric literal');
      digits();
    }
    const literal = this.#text.slice(start, this.#next);
    if (this.#numbersAsText) return {kind: 'string', value: literal, at};
    const value = Number(literal);
    if (!Number.isFinite(value)) {
      throw new SyntaxFault(`json: cannot unmarshal number ${literal} into Go value of type float64`, this.#position());
    }
    return {kind: 'float', value, at};
  }

  #literal(word: string, node: RawNode): RawNode {
    for (let i = 0; i < word.length; i++) {
      if (this.#text[this.#next] !== word[i]) this.#invalid(`in literal ${word} (expecting '${word[i] ?? ''}')`);
      this.#next++;
    }
    return node;
  }

  #space(): void {
    for (;;) {
      const char = this.#text[this.#next];
      if (char === '\n') {
        this.#line++;
        this.#lineStart = this.#next + 1;
      } else if (char !== ' ' && char !== '\t' && char !== '\r') return;
      this.#next++;
    }
  }

  #enter(): void {
    if (++this.#depth > MAX_NESTING_DEPTH) throw new SyntaxFault('exceeded max depth', this.#position());
    this.#next++;
  }

  #leave<N extends RawNode>(node: N): N {
    this.#depth--;
    this.#next++;
    return node;
  }

  #position(): Position {
    return {line: this.#line, column: this.#next - this.#lineStart + 1};
  }

  #invalid(where: string): never {
    const code = this.#text.codePointAt(this.#next);
    if (code === undefined) throw new SyntaxFault('unexpected end of JSON input', this.#position());
    throw new SyntaxFault(`invalid character ${quoteCharacter(String.fromCodePoint(code))} ${where}`, this.#position());
  }
}

/** A character as Go's JSON errors show it. */
function quoteCharacter(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}
