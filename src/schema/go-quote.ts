const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"',
};

/** A text as Go's `%q` prints it: double-quoted, unprintable characters escaped, also bytes that are no UTF-8 (as `tryGoUnquote` holds them). */
export function goQuote(text: string): string {
  let quoted = '"';
  for (const char of text) {
    const named = NAMED[char];
    const code = char.codePointAt(0) ?? 0;
    if (named !== undefined) quoted += named;
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0xdc80 && code <= 0xdcff) quoted += `\\x${(code & 0xff).toString(16)}`;
    else if (code > 0x7f && /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(char)) {
      quoted += code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    } else quoted += char;
  }
  return `${quoted}"`;
}
