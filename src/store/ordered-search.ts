/** The first position whose key is not below `key`; `keys` ascend. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that holds `key`: the last whose separator is not above it. The first separator counts as lowest of all. */
export function childPosition(separators: readonly string[], key: string): number {
  let low = 1;
  let high = separators.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((separators[middle] as string) <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The first string above all that start with `prefix`; undefined when there is none (the empty prefix). */
export function prefixEnd(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const unit = prefix.charCodeAt(end - 1);
    if (unit < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}
