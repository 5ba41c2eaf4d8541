import {compareUtf8} from '../../schema/go-json.ts';

/** JSON as Go writes its maps: keys sorted, and `<`, `>`, `&` and two line separators escaped. */
export function sortedJson(value: unknown, pretty: boolean): string {
  return escaped(JSON.stringify(value, sortKeys, pretty ? 4 : 0));
}

/** JSON as Go writes its structs: keys in their own order. */
export function plainJson(value: unknown, pretty: boolean): string {
  return escaped(JSON.stringify(value, null, pretty ? 4 : 0));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareUtf8(a, b)));
}

/** These characters can stand in strings only. */
function escaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
