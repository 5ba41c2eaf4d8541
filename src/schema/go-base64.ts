import {type ByteString} from '../wire/byte-string.ts';

/** A text that is not standard, padded base64; the text is Go's. */
export class GoBase64Error extends Error {
  override readonly name = 'GoBase64Error';
}

const WELL_FORMED = /^[A-Za-z0-9+/]*={0,2}$/;
const DIGIT = /[A-Za-z0-9+/]/;
const LINE_BREAK = /[\r\n]/;

/**
 * Decodes standard, padded base64; line breaks are ignored, as in Go.
 * @throws GoBase64Error `illegal base64 data at input byte N`
 */
export function decodeGoBase64(text: string): ByteString {
  if (text.length % 4 !== 0 || !WELL_FORMED.test(text)) {
    const bad = firstIllegalByte(text);
    if (bad !== null) throw new GoBase64Error(`illegal base64 data at input byte ${bad}`);
  }
  return Buffer.from(text, 'base64').toString('latin1');
}

/** Where Go's decoder gives up, null if it does not. Positions count bytes of the UTF-8 form. */
function firstIllegalByte(text: string): number | null {
  const bytes = Buffer.from(text, 'utf8');
  const charAt = (at: number): string => String.fromCharCode(bytes[at] ?? 0);
  let inQuantum = 0;
  for (let at = 0; at < bytes.length; at++) {
    const char = charAt(at);
    if (LINE_BREAK.test(char)) continue;
    if (DIGIT.test(char)) {
      inQuantum = (inQuantum + 1) % 4;
    } else if (char === '=' && inQuantum >= 2) {
      return illegalInPadding(bytes, at, inQuantum);
    } else {
      return at;
    }
  }
  return inQuantum === 0 ? null : bytes.length - inQuantum;
}

/** The first `=` stands at `first`, after `digits` chars of its quantum. */
function illegalInPadding(bytes: Buffer, first: number, digits: number): number | null {
  const skipBreaks = (from: number): number => {
    let at = from;
    while (at < bytes.length && (bytes[at] === 0x0a || bytes[at] === 0x0d)) at++;
    return at;
  };
  let at = skipBreaks(first + 1);
  if (digits === 2) {
    if (at === bytes.length) return at;
    if (bytes[at] !== 0x3d) return at - 1;
    at = skipBreaks(at + 1);
  }
  return at < bytes.length ? at : null;
}
