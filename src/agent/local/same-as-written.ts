import {isDeepStrictEqual} from 'node:util';

/**
 * Deep equality in which nil and empty lists or maps are one: the way to the catalog and back may turn one into the other,
 * and a difference of that kind must not make an agent write for ever.
 */
export function sameAsWritten(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) || isDeepStrictEqual(withoutEmpty(a), withoutEmpty(b));
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(withoutEmpty);
  if (value instanceof Map) {
    return value.size === 0 ? null : new Map([...value].map(([key, inner]: [unknown, unknown]) => [key, withoutEmpty(inner)]));
  }
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)]));
}
