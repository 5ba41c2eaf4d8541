import {goQuote} from '../../schema/go-quote.ts';
import {SyntaxFault, type Position} from '../raw-node.ts';
import {unquoteHcl} from './unquote.ts';

export type TokenKind =
  | 'EOF' | 'IDENT' | 'NUMBER' | 'FLOAT' | 'BOOL' | 'STRING' | 'HEREDOC'
  | 'LBRACK' | 'LBRACE' | 'COMMA' | 'RBRACK' | 'RBRACE' | 'ASSIGN' | 'ADD' | 'SUB' | 'PERIOD';

export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the file. */
  readonly text: string;
  /** For strings and heredocs: what they mean. */
  readonly value: string;
  readonly at: Position;
}

const SINGLE: Readonly<Record<string, TokenKind>> = {
  '[': 'LBRACK', ']': 'RBRACK', '{': 'LBRACE', '}': 'RBRACE', ',': 'COMMA', '=': 'ASSIGN', '+': 'ADD', '-': 'SUB', '.': 'PERIOD',
};

// How many times HCL's own scanner looks past the end after an identifier and after a number; each look moves
// its column by one, which shows in the positions of "got: EOF" errors.
const LOOKS_PAST_END_AFTER_IDENT = 1;
const LOOKS_PAST_END_AFTER_NUMBER = 2;

/**
 * HCL 1's tokens, with HCL's own error texts (config.md §2.1). Comments are skipped.
 * Throws SyntaxFault whose message begins `At line:column: `.
 */
export class HclLexer {
  readonly #chars: readonly string[];
  #next = 0;
  #line = 1;
  #column = 0;

  constructor(text: string) {
    this.#chars = [...text];
  }

  /** The next token; EOF again and again at the end, each one column farther, as HCL counts. */
  token(): Token {
    for (;;) {
      this.#skipSpace();
      const first = this.#chars[this.#next];
      if (first === undefined) {
        this.#column++;
        return this.#make('EOF', this.#next, this.#position());
      }
      if (first === '#' || first === '/') {
        this.#comment();
        continue;
      }
      return this.#real(first);
    }
  }

  #real(first: string): Token {
    const start = this.#next;
    const at = {line: this.#line, column: this.#column + 1};
    if (/[\p{L}_]/u.test(first)) return this.#identifier(start, at);
    const second = this.#chars[start + 1] ?? '';
    if (/[0-9]/.test(first) || ((first === '-' || first === '.') && /[0-9]/.test(second))) return this.#number(start, at);
    if (first === '"') return this.#string(start, at);
    if (first === '<') return this.#heredoc(at);
    const kind = SINGLE[first];
    this.#advance();
    if (kind === undefined) throw this.#fault('illegal char', this.#position());
    return this.#make(kind, start, at);
  }

  #identifier(start: number, at: Position): Token {
    while (/[\p{L}\p{Nd}_.-]/u.test(this.#chars[this.#next] ?? '')) this.#advance();
    if (this.#next >= this.#chars.length) this.#column += LOOKS_PAST_END_AFTER_IDENT;
    const text = this.#chars.slice(start, this.#next).join('');
    return this.#make(text === 'true' || text === 'false' ? 'BOOL' : 'IDENT', start, at);
  }

  #number(start: number, at: Position): Token {
    const digits = (allowed: RegExp): boolean => {
      const from = this.#next;
      while (allowed.test(this.#chars[this.#next] ?? '')) this.#advance();
      return this.#next > from;
    };
    if (this.#chars[this.#next] === '-') this.#advance();
    let float = false;
    if (this.#chars[this.#next] === '0' && /[xX]/.test(this.#chars[this.#next + 1] ?? '')) {
      this.#advance();
      this.#advance();
      if (!digits(/[0-9a-fA-F]/)) throw this.#fault('illegal hexadecimal number', {line: this.#line, column: this.#column + 1});
    } else {
      digits(/[0-9]/);
      if (this.#chars[this.#next] === '.') {
        float = true;
        this.#advance();
        digits(/[0-9]/);
      }
      if (/[eE]/.test(this.#chars[this.#next] ?? '')) {
        float = true;
        this.#advance();
        if (/[+-]/.test(this.#chars[this.#next] ?? '')) this.#advance();
        digits(/[0-9]/);
      }
    }
    if (this.#next >= this.#chars.length) this.#column += LOOKS_PAST_END_AFTER_NUMBER;
    return this.#make(float ? 'FLOAT' : 'NUMBER', start, at);
  }

  #string(start: number, at: Position): Token {
    this.#advance();
    let braces = 0;
    for (;;) {
      const char = this.#chars[this.#next];
      if (char === undefined || char === '\0' || (char === '\n' && braces === 0)) {
        throw this.#fault('literal not terminated', {line: this.#line, column: this.#column + 1});
      }
      this.#advance();
      if (char === '"' && braces === 0) break;
      if (braces === 0 && char === '$' && this.#chars[this.#next] === '{') {
        braces = 1;
        this.#advance();
      } else if (braces > 0 && char === '{') braces++;
      else if (braces > 0 && char === '}') braces--;
      if (char === '\\') this.#escape();
    }
    const text = this.#chars.slice(start, this.#next).join('');
    return {kind: 'STRING', text, value: unquoteHcl(text.slice(1, -1)), at};
  }

  #escape(): void {
    const char = this.#chars[this.#next];
    const digits = (count: number, allowed: RegExp): void => {
      for (let left = count; left > 0; left--) {
        if (!allowed.test(this.#chars[this.#next] ?? '')) {
          throw this.#fault('illegal char escape', {line: this.#line, column: this.#column + 1});
        }
        this.#advance();
      }
    };
    if (char !== undefined && /[0-7]/.test(char)) return digits(3, /[0-7]/);
    if (char === undefined || !/[abfnrtv\\"xuU]/.test(char)) {
      throw this.#fault('illegal char escape', {line: this.#line, column: this.#column + 1});
    }
    this.#advance();
    if (char === 'x') digits(2, /[0-9a-fA-F]/);
    if (char === 'u') digits(4, /[0-9a-fA-F]/);
    if (char === 'U') digits(8, /[0-9a-fA-F]/);
  }

  #heredoc(at: Position): Token {
    const start = this.#next;
    this.#advance();
    if (this.#chars[this.#next] !== '<') {
      throw this.#fault("heredoc expected second '<', didn't see it", {line: this.#line, column: this.#column + 1});
    }
    this.#advance();
    const anchor = this.#anchor();
    const lines: string[] = [];
    for (;;) {
      const line = this.#lineOfHeredoc();
      const [, indent = ''] = /^(\s*)/.exec(line) ?? [];
      if (line.slice(indent.length).replace(/[\r\n]*$/, '') === anchor.name) {
        return {...this.#make('HEREDOC', start, at), value: unindent(lines, anchor.indented ? indent : '')};
      }
      lines.push(line);
    }
  }

  #anchor(): {readonly name: string; readonly indented: boolean} {
    let name = '';
    for (;;) {
      const char = this.#chars[this.#next];
      if (char === undefined) throw this.#fault('heredoc not terminated', {line: this.#line, column: this.#column + 1});
      if (char === '\n' || (char === '\r' && this.#chars[this.#next + 1] === '\n')) break;
      if (!/[\p{L}\p{Nd}_]/u.test(char) && !(char === '-' && name === '')) {
        throw this.#fault('invalid characters in heredoc anchor', {line: this.#line, column: this.#column + 1});
      }
      name += char;
      this.#advance();
    }
    if (name === '' || name === '-') throw this.#fault('zero-length heredoc anchor', {line: this.#line, column: this.#column + 1});
    if (this.#chars[this.#next] === '\r') this.#advance();
    this.#advance();
    return name.startsWith('-') ? {name: name.slice(1), indented: true} : {name, indented: false};
  }

  #lineOfHeredoc(): string {
    const from = this.#next;
    for (;;) {
      const char = this.#chars[this.#next];
      if (char === undefined) throw this.#fault('heredoc not terminated', {line: this.#line, column: this.#column + 1});
      this.#advance();
      if (char === '\n') return this.#chars.slice(from, this.#next).join('');
    }
  }

  #comment(): void {
    const at = {line: this.#line, column: this.#column + 1};
    const second = this.#chars[this.#next + 1];
    if (this.#chars[this.#next] === '#' || second === '/') {
      while (this.#next < this.#chars.length && this.#chars[this.#next] !== '\n') this.#advance();
      return;
    }
    if (second !== '*') throw this.#fault("expected '/' for comment", at);
    this.#advance();
    this.#advance();
    while (!(this.#chars[this.#next] === '*' && this.#chars[this.#next + 1] === '/')) {
      if (this.#next >= this.#chars.length) {
        throw this.#fault('comment not terminated', {line: this.#line, column: this.#column + 1});
      }
      this.#advance();
    }
    this.#advance();
    this.#advance();
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#chars[this.#next] ?? '')) this.#advance();
  }

  #advance(): void {
    const char = this.#chars[this.#next++];
    if (char === '\n') {
      this.#line++;
      this.#column = 0;
    } else {
      this.#column++;
    }
  }

  #position(): Position {
    return {line: this.#line, column: this.#column};
  }

  #make(kind: TokenKind, start: number, at: Position): Token {
    const text = this.#chars.slice(start, this.#next).join('');
    return {kind, text, value: text, at};
  }

  #fault(what: string, at: Position): SyntaxFault {
    return new SyntaxFault(`At ${at.line}:${at.column}: ${what}`, at);
  }
}

/** A heredoc's lines without the closing anchor's indent; as they are when one line has less. */
function unindent(lines: readonly string[], indent: string): string {
  if (indent === '' || !lines.every((line) => line.startsWith(indent))) return lines.join('');
  return lines.map((line) => line.slice(indent.length)).join('');
}

/** HCL integers: decimal, 0x hex, 0 octal. Throws with strconv's text. */
export function parseHclInteger(token: Token): number {
  const [, sign = '', digits = ''] = /^(-?)(.*)$/.exec(token.text) ?? [];
  const octal = /^0[0-9]+$/.test(digits);
  if (octal && /[89]/.test(digits)) throw new SyntaxFault(`strconv.ParseInt: parsing ${goQuote(token.text)}: invalid syntax`, token.at);
  const magnitude = BigInt(octal ? `0o${digits}` : digits);
  if (magnitude > 2n ** 63n - 1n) throw new SyntaxFault(`strconv.ParseInt: parsing ${goQuote(token.text)}: value out of range`, token.at);
  return Number(sign === '-' ? -magnitude : magnitude);
}

/** HCL floats. Throws with strconv's text. */
export function parseHclFloat(token: Token): number {
  if (/[eE][+-]?$/.test(token.text)) throw new SyntaxFault(`strconv.ParseFloat: parsing ${goQuote(token.text)}: invalid syntax`, token.at);
  const value = Number(token.text);
  if (!Number.isFinite(value)) throw new SyntaxFault(`strconv.ParseFloat: parsing ${goQuote(token.text)}: value out of range`, token.at);
  return value;
}
