/**
 * Bytes held as a JavaScript string, one char (0–255) a byte: compact, immutable, compared with `===`,
 * ordered bytewise by `<`. All Go `[]byte` values and KV keys are held so.
 */
export type ByteString = string;

/** The bytes of `bytes` as a ByteString. */
export function byteStringOf(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

const NON_ASCII = /[^\x00-\x7f]/;

/** The UTF-8 bytes of `text` as a ByteString. */
export function byteStringOfText(text: string): ByteString {
  return NON_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/**
 * The text whose UTF-8 form is `value`. As in Go, each byte that is not part of valid UTF-8 becomes one
 * `replacement` char (JavaScript's own decoder would merge neighbours into one).
 */
export function textOfByteString(value: ByteString, replacement = '\ufffd'): string {
  return NON_ASCII.test(value) ? decodeUtf8AsGo(Buffer.from(value, 'latin1'), replacement) : value;
}

const strictUtf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** Decodes UTF-8 as Go's string iteration does: one `replacement` for each byte that is not valid. */
export function decodeUtf8AsGo(bytes: Uint8Array, replacement = '\ufffd'): string {
  let text = '';
  let pos = 0;
  while (pos < bytes.length) {
    const bad = firstInvalidByte(bytes, pos);
    if (bad > pos) text += strictUtf8.decode(bytes.subarray(pos, bad));
    if (bad < bytes.length) text += replacement;
    pos = bad + 1;
  }
  return text;
}

/** Position of the first byte at or after `from` that starts no valid UTF-8 sequence; the length if none. */
function firstInvalidByte(bytes: Uint8Array, from: number): number {
  let pos = from;
  while (pos < bytes.length) {
    const size = sequenceSize(bytes, pos);
    if (size === 0) return pos;
    pos += size;
  }
  return pos;
}

/** Size of the valid UTF-8 sequence at `pos`, 0 if there is none (RFC 3629: no overlongs, no surrogates). */
function sequenceSize(bytes: Uint8Array, pos: number): number {
  const first = bytes[pos] ?? 0;
  if (first < 0x80) return 1;
  const second = bytes[pos + 1] ?? 0;
  if (first < 0xc2 || first > 0xf4 || second < 0x80 || second > 0xbf) return 0;
  if (first < 0xe0) return 2;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  if (!isContinuation(bytes[pos + 2])) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[pos + 3]) ? 4 : 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
