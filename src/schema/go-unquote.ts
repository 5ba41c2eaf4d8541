import {isUtf8} from 'node:buffer';

const NAMED: Readonly<Record<string, number>> = {a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34};
const HEX_DIGITS: Readonly<Record<string, number>> = {x: 2, u: 4, U: 8};
const OCTAL_DIGITS = 3;
const BYTE_MAX = 0xff;
const RUNE_MAX = 0x10_ffff;

/**
 * strconv.Unquote of a literal in double quotes or backquotes; undefined where Go says "invalid syntax". A byte that is no
 * UTF-8 becomes the lone surrogate U+DC80…U+DCFF, which no text has.
 */
export function tryGoUnquote(literal: string): string | undefined {
  const inside = literal.slice(1, -1);
  // Go drops carriage returns from raw strings.
  if (literal.startsWith('`')) return inside.replaceAll('\r', '');
  if (/[\n"]/.test(inside.replaceAll('\\"', ''))) return undefined;
  return inside.includes('\\') ? unescape(inside) : inside;
}

function unescape(text: string): string | undefined {
  const parts: Buffer[] = [];
  let from = 0;
  for (let slash = text.indexOf('\\'); slash >= 0; slash = text.indexOf('\\', from)) {
    const read = readEscape(text, slash + 1);
    if (read === undefined) return undefined;
    parts.push(Buffer.from(text.slice(from, slash)), read.bytes);
    from = read.end;
  }
  parts.push(Buffer.from(text.slice(from)));
  return textOf(Buffer.concat(parts));
}

/** Bytes as text: what is no UTF-8 as surrogates. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  if (!text.includes('\ufffd')) return text;
  let escaped = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((count) => isUtf8(bytes.subarray(at, at + count)) && at + count <= bytes.length);
    escaped += length === undefined ? String.fromCharCode(0xdc00 | (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return escaped;
}

/** Reads what stands after a backslash. */
function readEscape(text: string, at: number): {readonly bytes: Buffer; readonly end: number} | undefined {
  const kind = text[at] ?? '';
  const named = NAMED[kind];
  if (named !== undefined) return {bytes: Buffer.of(named), end: at + 1};
  const hexDigits = HEX_DIGITS[kind];
  const from = hexDigits === undefined ? at : at + 1;
  const end = from + (hexDigits ?? OCTAL_DIGITS);
  const digits = text.slice(from, end);
  if (digits.length < end - from || !(hexDigits === undefined ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(digits)) return undefined;
  const code = parseInt(digits, hexDigits === undefined ? 8 : 16);
  if (kind !== 'u' && kind !== 'U') return code > BYTE_MAX ? undefined : {bytes: Buffer.of(code), end};
  const isRune = code <= RUNE_MAX && !(code >= 0xd800 && code <= 0xdfff);
  return isRune ? {bytes: Buffer.from(String.fromCodePoint(code)), end} : undefined;
}
