/** Writers of DER values (X.690), each a whole value with its tag and length. */

/** SEQUENCE. */
export function derSequence(...parts: readonly Buffer[]): Buffer {
  return derValue(0x30, Buffer.concat(parts));
}

/** SET; DER wants its elements in the order of their bytes. */
export function derSet(...parts: readonly Buffer[]): Buffer {
  return derValue(0x31, Buffer.concat(parts));
}

/** @param bytes big-endian, not negative */
export function derInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  const isHigh = (digits[0] ?? 0) >= 0x80;
  return derValue(0x02, isHigh ? Buffer.concat([Buffer.of(0), digits]) : Buffer.from(digits));
}

/** BOOLEAN true; false is the default, and left out. */
export function derTrue(): Buffer {
  return derValue(0x01, Buffer.of(0xff));
}

/** @param dotted as `2.5.4.3` */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return derValue(0x06, Buffer.from(bytes));
}

/** PrintableString where its alphabet will do, UTF8String otherwise: as Go does. */
export function derText(text: string): Buffer {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? derValue(0x13, Buffer.from(text, 'latin1')) : derValue(0x0c, Buffer.from(text, 'utf8'));
}

/** OCTET STRING. */
export function derOctets(bytes: Uint8Array): Buffer {
  return derValue(0x04, bytes);
}

/** @param unusedBits how many of the last byte's low bits say nothing */
export function derBits(bytes: Uint8Array, unusedBits = 0): Buffer {
  return derValue(0x03, Buffer.concat([Buffer.of(unusedBits), bytes]));
}

/** UTCTime, and from 2050 on GeneralizedTime (RFC 5280 §4.1.2.5). */
export function derTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').replace(/\.\d+Z$/, 'Z');
  return date.getUTCFullYear() < 2050 ? derValue(0x17, Buffer.from(digits.slice(2))) : derValue(0x18, Buffer.from(digits));
}

/** A value under a tag of its context: `[0]`, `[1]`, … */
export function derContext(tag: number, content: Uint8Array, constructed: boolean): Buffer {
  return derValue((constructed ? 0xa0 : 0x80) | tag, content);
}

function derValue(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}
