import {type ByteString, textOfByteString} from '../wire/byte-string.ts';
import {type AnyValue, RawText} from '../wire/any-value.ts';

const NEEDS_ESCAPE = /[\x00-\x1f"\\<>&\u2028\u2029\ud800-\udfff]/;
const ESCAPE_EACH = /[\x00-\x1f"\\<>&\u2028\u2029]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;
const NON_ASCII = /[^\x00-\x7f]/;
const SURROGATE = /[\ud800-\udfff]/;
const SHORT_ESCAPES = new Map([
  ['"', '\\"'], ['\\', '\\\\'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'],
]);

/** A JSON string as Go's encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, lone surrogates as `\ufffd`. */
export function goJsonString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(ESCAPE_EACH, escapeOne)}"` : `"${text}"`;
}

function escapeOne(char: string): string {
  if (char.length === 2) return char;
  const code = char.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  return SHORT_ESCAPES.get(char) ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

/** The same for a Go string held as bytes: each byte that is no UTF-8 becomes `\ufffd`. */
export function goJsonByteString(value: ByteString): string {
  // A lone surrogate stands in for the bad byte, so that it is told from a real U+FFFD and comes out escaped.
  return goJsonString(NON_ASCII.test(value) ? textOfByteString(value, '\udfff') : value);
}

/** A []byte: standard base64, or null when there is nothing in it. */
export function goJsonBytes(value: ByteString): string {
  return value === '' ? 'null' : `"${Buffer.from(value, 'latin1').toString('base64')}"`;
}

/** A float64 as encoding/json writes it: as JavaScript does, but for the sign of zero. */
export function goJsonFloat(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`json: unsupported value: ${goFloatName(value)}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A float32: the shortest digits that give the same float32 back. */
export function goJsonFloat32(value: number): string {
  if (!Number.isFinite(value)) return goJsonFloat(value);
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === Math.fround(value)) return goJsonFloat(shorter);
  }
  return goJsonFloat(Math.fround(value));
}

function goFloatName(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** A free value; maps with their keys sorted. */
export function goJsonAny(value: AnyValue): string {
  switch (typeof value) {
    case 'string': return goJsonString(value);
    case 'number': return goJsonFloat(value);
    case 'bigint': return value.toString();
    case 'boolean': return value ? 'true' : 'false';
    default:
  }
  if (value === null) return 'null';
  if (value instanceof RawText) return goJsonByteString(value.bytes);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (value instanceof Map) return goJsonMap(value as ReadonlyMap<string, AnyValue>, goJsonAny);
  return `[${(value as readonly AnyValue[]).map(goJsonAny).join(',')}]`;
}

/** A map, its keys in the order of their UTF-8 bytes. */
export function goJsonMap<T>(map: ReadonlyMap<string, T>, item: (value: T) => string): string {
  if (map.size === 0) return '{}';
  let json = '{';
  for (const key of sortedUtf8([...map.keys()])) {
    if (json.length > 1) json += ',';
    json += `${goJsonString(key)}:${item(map.get(key) as T)}`;
  }
  return `${json}}`;
}

/** Sorts texts in place by their UTF-8 bytes. JavaScript's own order, which is quicker, differs only where there are surrogates. */
export function sortedUtf8(texts: string[]): string[] {
  return texts.some((text) => SURROGATE.test(text)) ? texts.sort(compareUtf8) : texts.sort();
}

/** Order of the UTF-8 forms: negative, 0 or positive. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  if (NON_ASCII.test(a) && NON_ASCII.test(b)) return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
  return a < b ? -1 : 1;
}

/** What Go's MarshalIndent with four spaces makes of a compact JSON text. */
export function indentJson(compact: string): string {
  return new JsonIndenter().indent(compact);
}

/** The same of a text in parts, of which none ends inside a string or between the two signs of an empty list. */
export function* indentParts(parts: Iterable<string>): Generator<string, void> {
  const indenter = new JsonIndenter();
  for (const part of parts) yield indenter.indent(part);
}

class JsonIndenter {
  #depth = 0;

  indent(compact: string): string {
    const parts: string[] = [];
    let from = 0;
    for (let i = 0; i < compact.length; i++) {
      const char = compact.charCodeAt(i);
      if (char === 0x22) {
        i = endOfString(compact, i);
      } else if (char === 0x7b || char === 0x5b) {
        const next = compact.charCodeAt(i + 1);
        if (next === 0x7d || next === 0x5d) {
          i++;
        } else {
          parts.push(compact.slice(from, i + 1), newLine(++this.#depth));
          from = i + 1;
        }
      } else if (char === 0x2c) {
        parts.push(compact.slice(from, i + 1), newLine(this.#depth));
        from = i + 1;
      } else if (char === 0x3a) {
        parts.push(compact.slice(from, i + 1), ' ');
        from = i + 1;
      } else if (char === 0x7d || char === 0x5d) {
        parts.push(compact.slice(from, i), newLine(--this.#depth));
        from = i;
      }
    }
    parts.push(compact.slice(from));
    return parts.join('');
  }
}

const newLines: string[] = [];

function newLine(depth: number): string {
  return (newLines[depth] ??= `\n${'    '.repeat(depth)}`);
}

/** Position of the quote that ends the string whose first quote is at `start`. */
function endOfString(json: string, start: number): number {
  let at = start;
  for (;;) {
    at = json.indexOf('"', at + 1);
    let backslashes = 0;
    while (json.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}

/** The char of a JSON syntax error, in single quotes as encoding/json gives it (it sees bytes: one of a longer char is Latin-1). */
export function goQuoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char < '\x80') return `'${char === '"' ? char : quotedControl(char)}'`;
  const first = Buffer.from(char.toWellFormed(), 'utf8')[0] ?? 0;
  return first < 0xa1 || first === 0xad ? `'\\u00${first.toString(16)}'` : `'${String.fromCharCode(first)}'`;
}

const GO_CONTROLS = new Map([
  ['\x07', '\\a'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\v', '\\v'], ['\\', '\\\\'],
]);

function quotedControl(char: string): string {
  const short = GO_CONTROLS.get(char);
  if (short !== undefined) return short;
  const code = char.charCodeAt(0);
  return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : char;
}
