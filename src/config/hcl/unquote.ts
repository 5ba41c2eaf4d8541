const NAMED: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"',
};

/**
 * The meaning of an HCL string's inside, whose escapes the lexer has already checked.
 * What stands in `${…}` is kept as written: nothing interpolates it (config.md §2.1).
 */
export function unquoteHcl(inside: string): string {
  let meaning = '';
  let at = 0;
  while (at < inside.length) {
    const char = inside[at] ?? '';
    if (char === '$' && inside[at + 1] === '{') {
      const end = endOfInterpolation(inside, at + 2);
      meaning += inside.slice(at, end);
      at = end;
    } else if (char === '\\') {
      const escape = readEscape(inside, at + 1);
      meaning += escape.text;
      at = escape.end;
    } else {
      meaning += char;
      at++;
    }
  }
  return meaning;
}

function endOfInterpolation(inside: string, from: number): number {
  let braces = 1;
  let at = from;
  while (at < inside.length && braces > 0) {
    if (inside[at] === '{') braces++;
    if (inside[at] === '}') braces--;
    at++;
  }
  return at;
}

function readEscape(inside: string, at: number): {readonly text: string; readonly end: number} {
  const char = inside[at] ?? '';
  const named = NAMED[char];
  if (named !== undefined) return {text: named, end: at + 1};
  const length = char === 'x' ? 2 : char === 'u' ? 4 : char === 'U' ? 8 : 3;
  const from = /[xuU]/.test(char) ? at + 1 : at;
  const code = Number.parseInt(inside.slice(from, from + length), from === at ? 8 : 16);
  // Surrogates and numbers past Unicode's end stand for no character.
  const valid = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return {text: valid ? String.fromCodePoint(code) : '\ufffd', end: from + length};
}
