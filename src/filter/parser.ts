import {tryGoUnquote} from '../schema/go-unquote.ts';
import {type Expression, type Match, type MatchOperator} from './expression.ts';
import {FilterError} from './filter-error.ts';
import {expressionCharsMax, nestingMax} from './limits.ts';
import {END, SyntaxTrace} from './syntax-trace.ts';

/** A class of characters, and how Consul's errors name it. */
interface CharClass {
  readonly named: string;
  /** 1 for each ASCII code that belongs to it. */
  readonly codes: Uint8Array;
}

const ASCII_CODES = 128;
const charClass = (named: string, regexp: RegExp): CharClass => ({named, codes: Uint8Array.from({length: ASCII_CODES}, (_, code) => (regexp.test(String.fromCharCode(code)) ? 1 : 0))});
const BLANK = charClass('[ \\t\\r\\n]', /[ \t\r\n]/);
const LETTER = charClass('[a-zA-Z]', /[a-zA-Z]/);
const WORD = charClass('[a-zA-Z0-9_]', /[a-zA-Z0-9_]/);
const DIGIT = charClass('[0-9]', /[0-9]/);
const DIGIT_NOT_ZERO = charClass('[1-9]', /[1-9]/);

/** Tests that stand between a selector and a value. */
const COMPARISONS: readonly (readonly [MatchOperator, ...words: string[]])[] = [
  ['In', 'contains'],
  ['Not In', 'not', 'contains'],
  ['Matches', 'matches'],
  ['Not Matches', 'not', 'matches'],
];

/**
 * Reads an expression of Consul's filter language (http-core.md §4).
 * @throws FilterError with the text of Consul 1.21.4: the furthest place reached and what was expected there, which depends on
 *   the order of its grammar. So this reads as that grammar does: alternatives one after another, none taken up again.
 */
export function parseExpression(text: string): Expression {
  if (text.length > expressionCharsMax) throw new FilterError(`filter expression is too long: ${text.length} characters, at most ${expressionCharsMax} are read`);
  return new Parser(text).input();
}

/** Each method reads at the place reached and goes on, or leaves the place as it was and gives undefined or false. */
class Parser {
  readonly #text: string;
  readonly #trace: SyntaxTrace;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#trace = new SyntaxTrace(text);
  }

  input(): Expression {
    this.#blanks();
    const expression = this.#or();
    this.#blanks();
    const isWhole = expression !== undefined && this.#end();
    if (!isWhole || this.#trace.hasComplaints) throw new FilterError(this.#trace.error());
    return expression;
  }

  #or(): Expression | undefined {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(word: 'and' | 'or', operand: () => Expression | undefined): Expression | undefined {
    const first = operand();
    if (first === undefined) return undefined;
    const operands = [first];
    for (;;) {
      const next = this.#whole(() => (this.#word(word) && this.#blanks() ? operand() : undefined));
      if (next === undefined) return operands.length === 1 ? first : {kind: word, operands};
      operands.push(next);
    }
  }

  #not(): Expression | undefined {
    this.#depth += 1;
    if (this.#depth > nestingMax) throw new FilterError(`filter expression is nested too deeply: at most ${nestingMax} parentheses and negations are read within one another`);
    const operand = this.#whole(() => (this.#literal('not') && this.#blanks() ? this.#not() : undefined));
    const found = operand === undefined ? (this.#grouping() ?? this.#match()) : ({kind: 'not', operand} as const);
    this.#depth -= 1;
    return found;
  }

  #grouping(): Expression | undefined {
    return this.#whole(() => {
      if (!this.#literal('(')) return undefined;
      this.#blanks();
      const inner = this.#or();
      if (inner === undefined) return undefined;
      this.#blanks();
      if (this.#literal(')')) return inner;
      this.#trace.complain(this.#at, 'grouping', 'Unmatched parentheses');
      return undefined;
    });
  }

  #match(): Match | undefined {
    return this.#selectorFirst() ?? this.#valueFirst();
  }

  #selectorFirst(): Match | undefined {
    return this.#whole(() => {
      const selector = this.#selector();
      if (selector === undefined) return undefined;
      const compared = this.#comparison();
      if (compared !== undefined) return {kind: 'match', selector, ...compared};
      if (this.#words('is', 'empty')) return {kind: 'match', selector, operator: 'Is Empty', value: undefined};
      if (this.#words('is', 'not', 'empty')) return {kind: 'match', selector, operator: 'Is Not Empty', value: undefined};
      return undefined;
    });
  }

  #comparison(): Pick<Match, 'operator' | 'value'> | undefined {
    return this.#equality('Equal', '==') ?? this.#equality('Not Equal', '!=') ?? this.#wordedComparison();
  }

  #equality(operator: MatchOperator, sign: string): Pick<Match, 'operator' | 'value'> | undefined {
    return this.#whole(() => {
      this.#blanks();
      if (!this.#literal(sign)) return undefined;
      this.#blanks();
      const value = this.#value();
      return value === undefined ? undefined : {operator, value};
    });
  }

  #wordedComparison(): Pick<Match, 'operator' | 'value'> | undefined {
    for (const [operator, ...words] of COMPARISONS) {
      const value = this.#whole(() => (this.#words(...words) && this.#blanks() ? this.#value() : undefined));
      if (value !== undefined) return {operator, value};
    }
    return undefined;
  }

  #valueFirst(): Match | undefined {
    return this.#whole(() => {
      const value = this.#value();
      if (value === undefined) return undefined;
      const operator = this.#words('in') ? 'In' : this.#words('not', 'in') ? 'Not In' : undefined;
      if (operator === undefined || !this.#blanks()) return undefined;
      const selector = this.#selector();
      if (selector !== undefined) return {kind: 'match', selector, operator, value};
      this.#trace.complain(this.#at, 'match', 'Invalid selector');
      return undefined;
    });
  }

  #selector(): readonly string[] | undefined {
    const first = this.#identifier();
    if (first === undefined) return undefined;
    const names = [first];
    for (let next = this.#member(); next !== undefined; next = this.#member()) names.push(next);
    return names;
  }

  #member(): string | undefined {
    return this.#whole(() => (this.#literal('.') ? this.#identifier() : undefined)) ?? this.#index();
  }

  #index(): string | undefined {
    return this.#whole(() => {
      if (!this.#literal('[')) return undefined;
      this.#blanks();
      const key = this.#string();
      if (key === undefined) {
        this.#trace.complain(this.#at, 'index', 'Invalid index');
        return undefined;
      }
      this.#blanks();
      if (this.#literal(']')) return key;
      this.#trace.complain(this.#at, 'index', 'Unclosed index expression');
      return undefined;
    });
  }

  #identifier(): string | undefined {
    const from = this.#at;
    if (!this.#one(LETTER)) return undefined;
    while (this.#one(WORD));
    return this.#text.slice(from, this.#at);
  }

  /** A bare word with its members joined, a number or a string: always a text. */
  #value(): string | undefined {
    return this.#selector()?.join('.') ?? this.#number() ?? this.#string();
  }

  #number(): string | undefined {
    return this.#whole(() => {
      const from = this.#at;
      this.#literal('-');
      if (!this.#literal('0')) {
        if (!this.#one(DIGIT_NOT_ZERO)) return undefined;
        this.#digits();
      }
      this.#whole(() => (this.#literal('.') && this.#digits() ? true : undefined));
      const text = this.#text.slice(from, this.#at);
      if (this.#endsNumber()) return text;
      this.#trace.complain(this.#at, 'number', 'Invalid number literal');
      return undefined;
    });
  }

  /** Looks ahead: after a number comes a blank, the end or a parenthesis. */
  #endsNumber(): boolean {
    const next = this.#text[this.#at];
    if (next === undefined || this.#isNext(BLANK)) return true;
    this.#trace.want(this.#at, BLANK.named);
    this.#trace.want(this.#at, END);
    return next === ')';
  }

  #string(): string | undefined {
    return this.#quoted('`') ?? this.#quoted('"');
  }

  #quoted(quote: '`' | '"'): string | undefined {
    return this.#whole(() => {
      const from = this.#at;
      if (!this.#literal(quote)) return undefined;
      const end = this.#text.indexOf(quote, this.#at);
      if (end < 0) {
        this.#trace.complain(this.#text.length, 'string', 'Unterminated string literal');
        return undefined;
      }
      this.#at = end + 1;
      const text = tryGoUnquote(this.#text.slice(from, this.#at));
      if (text === undefined) this.#trace.complain(from, 'string', 'invalid syntax');
      return text ?? '';
    });
  }

  /** Words with blanks before each. */
  #words(...words: readonly string[]): boolean {
    return this.#whole(() => (words.every((word) => this.#word(word)) ? true : undefined)) ?? false;
  }

  #word(word: string): boolean {
    return this.#whole(() => (this.#blanks() && this.#literal(word) ? true : undefined)) ?? false;
  }

  #literal(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) {
      this.#trace.wantLiteral(this.#at, text);
      return false;
    }
    this.#at += text.length;
    return true;
  }

  /** At least one blank; false also serves where there may be none. */
  #blanks(): boolean {
    const from = this.#at;
    while (this.#one(BLANK));
    return this.#at > from;
  }

  #digits(): boolean {
    const from = this.#at;
    while (this.#one(DIGIT));
    return this.#at > from;
  }

  #one(kind: CharClass): boolean {
    if (!this.#isNext(kind)) {
      this.#trace.want(this.#at, kind.named);
      return false;
    }
    this.#at += 1;
    return true;
  }

  #isNext({codes}: CharClass): boolean {
    return this.#at < this.#text.length && codes[this.#text.charCodeAt(this.#at)] === 1;
  }

  #end(): boolean {
    if (this.#at === this.#text.length) return true;
    this.#trace.want(this.#at, END);
    return false;
  }

  /** All of it, or nothing. */
  #whole<T>(read: () => T | undefined): T | undefined {
    const from = this.#at;
    const found = read();
    if (found === undefined) this.#at = from;
    return found;
  }
}
