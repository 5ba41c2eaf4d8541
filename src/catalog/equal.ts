/** Equal pairs in any order. Nil and empty are two things, as in Go's DeepEqual. */
export function equalMaps<T>(
  a: ReadonlyMap<string, T> | null,
  b: ReadonlyMap<string, T> | null,
  equalValues: (a: T, b: T) => boolean = Object.is,
): boolean {
  if (a === null || b === null) return a === b;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** Equal elements in the same order. Nil and empty are two things. */
export function equalLists<T>(a: readonly T[] | null, b: readonly T[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((element, at) => Object.is(element, b[at]));
}
