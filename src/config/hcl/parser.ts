import {MAX_NESTING_DEPTH} from '../limits.ts';
import {SyntaxFault, type RawEntry, type RawMap, type RawNode} from '../raw-node.ts';
import {HclLexer, parseHclFloat, parseHclInteger, type Token} from './lexer.ts';

/**
 * Parses an HCL 1 file (config.md §2.1).
 * @returns the top-level map; blocks stand in it as lists of maps
 * @throws SyntaxFault with HCL's own text and position
 */
export function parseHcl(text: string): RawMap {
  return new HclParser(text).file();
}

const SCALARS: ReadonlySet<Token['kind']> = new Set<Token['kind']>(['BOOL', 'NUMBER', 'FLOAT', 'STRING', 'HEREDOC']);

class HclParser {
  readonly #lexer: HclLexer;
  #kept: Token | undefined;
  #depth = 0;

  constructor(text: string) {
    this.#lexer = new HclLexer(text);
  }

  file(): RawMap {
    return this.#items({line: 1, column: 1}, false);
  }

  #take(): Token {
    const token = this.#kept ?? this.#lexer.token();
    this.#kept = undefined;
    return token;
  }

  #items(at: RawMap['at'], inBlock: boolean): RawMap {
    const entries = new Map<string, RawEntry>();
    for (;;) {
      const token = this.#take();
      if (token.kind === 'EOF') break;
      this.#kept = token;
      if (inBlock && token.kind === 'RBRACE') break;
      this.#item(entries);
      const separator = this.#take();
      if (separator.kind !== 'COMMA') this.#kept = separator;
    }
    return {kind: 'map', entries, at};
  }

  #item(into: Map<string, RawEntry>): void {
    const {keys, opened} = this.#keys();
    const value = opened ? this.#block(this.#take()) : this.#value();
    if (value === undefined) return;
    const first = keys[0];
    if (first === undefined) return;
    let inner = value;
    // `service "web" {}` is the block `web` in the block `service`.
    for (const label of keys.slice(1).reverse()) {
      const entries = new Map([[label.value, {keyAt: label.at, value: inner}]]);
      inner = {kind: 'list', items: [{kind: 'map', entries, at: label.at}], at: label.at, ofBlocks: true};
    }
    add(into, first, inner);
  }

  #keys(): {readonly keys: readonly Token[]; readonly opened: boolean} {
    const keys: Token[] = [];
    for (;;) {
      const token = this.#take();
      switch (token.kind) {
        case 'IDENT':
        case 'STRING':
          keys.push(token);
          break;
        case 'BOOL':
          throw fault(token, 'expected: IDENT | STRING | ASSIGN | LBRACE got: BOOL');
        case 'ASSIGN':
          if (keys.length === 0) throw fault(token, 'no object keys found!');
          if (keys.length > 1) throw fault(token, 'nested object expected: LBRACE got: ASSIGN');
          return {keys, opened: false};
        case 'LBRACE':
          if (keys.length === 0) throw fault(token, 'expected: IDENT | STRING got: LBRACE');
          this.#kept = token;
          return {keys, opened: true};
        case 'EOF':
          throw fault(token, missingValue(keys));
        default:
          if (keys.length > 0) throw fault(token, missingValue(keys));
          throw fault(token, `expected: IDENT | STRING | ASSIGN | LBRACE got: ${token.kind}`);
      }
    }
  }

  #value(): RawNode | undefined {
    const token = this.#take();
    if (SCALARS.has(token.kind)) return scalar(token);
    if (token.kind === 'LBRACE') return this.#block(token);
    if (token.kind === 'LBRACK') return this.#list(token);
    // HCL takes `key =` at the very end of a file as "not set".
    if (token.kind === 'EOF') return undefined;
    throw fault(token, `Unknown token: ${token.at.line}:${token.at.column} ${token.kind} ${token.text}`);
  }

  #block(brace: Token): RawNode {
    this.#enter(brace);
    const map = this.#items(brace.at, true);
    const close = this.#take();
    if (close.kind !== 'RBRACE') throw fault(close, `object expected closing RBRACE got: ${close.kind}`);
    this.#depth--;
    return {kind: 'list', items: [map], at: brace.at, ofBlocks: true};
  }

  #list(bracket: Token): RawNode {
    this.#enter(bracket);
    const items: RawNode[] = [];
    let needComma = false;
    for (;;) {
      const token = this.#take();
      if (token.kind === 'RBRACK') break;
      if (token.kind === 'COMMA') {
        needComma = false;
        continue;
      }
      if (needComma) throw fault(token, `error parsing list, expected comma or list end, got: ${token.kind}`);
      if (SCALARS.has(token.kind)) items.push(scalar(token));
      else if (token.kind === 'LBRACE') items.push(onlyItem(this.#block(token)));
      else if (token.kind === 'LBRACK') items.push(this.#list(token));
      else throw fault(token, `unexpected token while parsing list: ${token.kind}`);
      needComma = token.kind !== 'LBRACK';
    }
    this.#depth--;
    return {kind: 'list', items, at: bracket.at, ofBlocks: false};
  }

  #enter(token: Token): void {
    if (++this.#depth > MAX_NESTING_DEPTH) throw fault(token, `nested deeper than ${MAX_NESTING_DEPTH} levels`);
  }
}

/** HCL 1 appends to what the same key held before, where both are lists or blocks; a scalar replaces a scalar. */
function add(into: Map<string, RawEntry>, key: Token, value: RawNode): void {
  const before = into.get(key.value)?.value;
  if (before === undefined || (before.kind !== 'list' && value.kind !== 'list')) {
    into.set(key.value, {keyAt: key.at, value});
    return;
  }
  if (before.kind !== 'list') throw new SyntaxFault(`At ${value.at.line}:${value.at.column}: root.${key.value}: unknown type *ast.ObjectType`, value.at);
  if (value.kind !== 'list') throw new SyntaxFault(`At ${value.at.line}:${value.at.column}: unknown slice type: *ast.LiteralType`, value.at);
  const joined: RawNode = {...before, items: [...before.items, ...value.items], ofBlocks: before.ofBlocks && value.ofBlocks};
  into.set(key.value, {keyAt: into.get(key.value)?.keyAt ?? key.at, value: joined});
}

function onlyItem(block: RawNode): RawNode {
  return block.kind === 'list' ? (block.items[0] ?? block) : block;
}

function scalar(token: Token): RawNode {
  if (token.kind === 'BOOL') return {kind: 'bool', value: token.text === 'true', at: token.at};
  if (token.kind === 'NUMBER') return {kind: 'int', value: parseHclInteger(token), at: token.at};
  if (token.kind === 'FLOAT') return {kind: 'float', value: parseHclFloat(token), at: token.at};
  return {kind: 'string', value: token.value, at: token.at};
}

function missingValue(keys: readonly Token[]): string {
  const written = keys.map((key) => key.text).join(' ');
  return `key '${written}' expected start of object ('{') or assignment ('=')`;
}

function fault(token: Token, what: string): SyntaxFault {
  return new SyntaxFault(`At ${token.at.line}:${token.at.column}: ${what}`, token.at);
}
