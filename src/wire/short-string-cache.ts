import {SHORT_STRING_CACHE_ENTRIES, SHORT_STRING_MAX_BYTES} from './limits.ts';

const slots: string[] = new Array<string>(SHORT_STRING_CACHE_ENTRIES).fill('');

/**
 * The string of ASCII bytes `bytes[start..end]`, or null if they are not all ASCII or too many. Catalog rows repeat
 * the same few words endlessly (`dc1`, `passing`, node names); one shared string saves the native call that would
 * make a new one, and its memory. A slot holds the last string of its hash.
 */
export function shortAsciiString(bytes: Buffer, start: number, end: number): string | null {
  const size = end - start;
  if (size === 0) return '';
  if (size > SHORT_STRING_MAX_BYTES) return null;
  let hash = 0x811c9dc5 ^ size;
  let all = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    all |= byte;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  if (all > 0x7f) return null;
  const slot = (hash ^ (hash >>> 15)) & (SHORT_STRING_CACHE_ENTRIES - 1);
  const held = slots[slot] as string;
  if (held.length === size && sameChars(held, bytes, start)) return held;
  const made = bytes.toString('latin1', start, end);
  slots[slot] = made;
  return made;
}

function sameChars(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
