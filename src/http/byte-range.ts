/** Part of a body: from its first byte to its last, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header (RFC 9110 §14). Several ranges in one are not served: as the RFC allows, the whole goes out.
 * @param length bytes of the whole
 * @returns undefined: the whole; a text: why there is no such part, in Go's words
 */
export function byteRange(header: string | undefined, length: number): ByteRange | string | undefined {
  if (header === undefined || header.includes(',')) return undefined;
  const found = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/.exec(header);
  const [, from = '', to = ''] = found ?? [];
  if (found === null || (from === '' && to === '')) return 'invalid range';
  if (from === '') {
    const last = length - 1;
    return to === '0' || length === 0 ? 'invalid range: failed to overlap' : {first: Math.max(0, length - Number(to)), last};
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return 'invalid range';
  if (first >= length) return 'invalid range: failed to overlap';
  return {first, last: to === '' ? length - 1 : Math.min(Number(to), length - 1)};
}
