/** A header's name as Go writes it: `X-Extra-Header`. */
function canonicalHeader(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/** Headers that a configuration gives, under the names they are sent with. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [canonicalHeader(name), value]));
}
