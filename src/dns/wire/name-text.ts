import {labelBytesMax, nameBytesMax, pointerHopsMax} from '../limits.ts';
import {DnsWireError} from './wire-error.ts';

const dot = 0x2e;
const backslash = 0x5c;
/** Bytes that presentation form escapes with a backslash: `"$().;@\` and space. */
const escaped = new Set([0x20, 0x22, 0x24, 0x28, 0x29, dot, 0x3b, 0x40, backslash]);

/** A name read from a message, and where the bytes after it begin. */
export interface ReadName {
  readonly text: string;
  readonly end: number;
}

/**
 * Reads a name in wire form into presentation form with a trailing dot, letters as they came (RFC 1035 §3.1, §4.1.4).
 * @throws DnsWireError on a name cut short, too long, with reserved label bits, or whose pointers loop
 */
export function readName(message: Uint8Array, start: number): ReadName {
  let text = '';
  let at = start;
  let end = -1;
  let wireBytes = 1;
  let hops = 0;
  for (;;) {
    const length = message[at];
    if (length === undefined) throw new DnsWireError('name is cut short');
    if (length === 0) break;
    if (length >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) throw new DnsWireError('pointer is cut short');
      if (++hops > pointerHopsMax) throw new DnsWireError('pointers loop');
      if (end < 0) end = at + 2;
      at = ((length & 0x3f) << 8) | low;
      continue;
    }
    if (length > labelBytesMax) throw new DnsWireError('reserved label type');
    wireBytes += length + 1;
    if (wireBytes > nameBytesMax) throw new DnsWireError('name is too long');
    if (at + 1 + length > message.length) throw new DnsWireError('label is cut short');
    text += labelText(message, at + 1, length) + '.';
    at += length + 1;
  }
  return {text: text === '' ? '.' : text, end: end < 0 ? at + 1 : end};
}

function labelText(message: Uint8Array, start: number, length: number): string {
  let text = '';
  for (let i = start; i < start + length; i++) {
    const byte = message[i] ?? 0;
    if (byte < 0x20 || byte > 0x7e) text += '\\' + String(byte).padStart(3, '0');
    else if (escaped.has(byte)) text += '\\' + String.fromCharCode(byte);
    else text += String.fromCharCode(byte);
  }
  return text;
}

/** One label in presentation form, and its bytes. */
export interface LabelBytes {
  /** the name from this label to its end, as a key of the compression table */
  readonly suffix: string;
  readonly bytes: Uint8Array;
}

/**
 * Cuts a name in presentation form into labels (RFC 1035 §5.1: `\.` and `\DDD`; other text is taken as UTF-8).
 * @param name with or without its last dot
 * @throws DnsWireError on an empty label, one above 63 bytes, or a name above 255
 */
export function nameLabels(name: string): LabelBytes[] {
  if (name === '.' || name === '') return [];
  const labels: LabelBytes[] = [];
  let wireBytes = 1;
  let start = 0;
  while (start < name.length) {
    const end = labelEnd(name, start);
    const bytes = labelBytes(name.slice(start, end));
    if (bytes.length === 0 || bytes.length > labelBytesMax) throw new DnsWireError(`bad label length in name ${JSON.stringify(name)}`);
    wireBytes += bytes.length + 1;
    labels.push({suffix: name.slice(start), bytes});
    start = end + 1;
  }
  if (wireBytes > nameBytesMax) throw new DnsWireError(`name is too long: ${JSON.stringify(name)}`);
  return labels;
}

function labelEnd(name: string, start: number): number {
  for (let i = start; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === dot) return i;
    if (code === backslash) i += /^\d{3}$/.test(name.slice(i + 1, i + 4)) ? 3 : 1;
  }
  return name.length;
}

function labelBytes(label: string): Uint8Array {
  if (!label.includes('\\')) return Buffer.from(label, 'utf8');
  return Buffer.concat(
    label.split(/(\\\d{3}|\\.)/su).map((part) => {
      if (!part.startsWith('\\')) return Buffer.from(part, 'utf8');
      return part.length === 4 ? Buffer.of(Number(part.slice(1)) & 0xff) : Buffer.from(part.slice(1), 'utf8');
    }),
  );
}

/** The name with its last dot. */
export function fullyQualified(name: string): string {
  return name.endsWith('.') ? name : name + '.';
}
