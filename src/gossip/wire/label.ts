import {labelBytesMax} from '../limits.ts';
import {messageTypeByte} from '../swim/messages.ts';
import {GossipDecodeError} from './gossip-decode-error.ts';

/** The header that carries a pool's label outside of encryption [gossip.md §3.8]. */
export function labelHeader(label: Uint8Array): Buffer {
  if (label.length === 0 || label.length > labelBytesMax) throw new RangeError(`label must have 1 to ${labelBytesMax} bytes`);
  return Buffer.concat([Uint8Array.of(messageTypeByte.label, label.length), label]);
}

/** The bytes behind the label header. @throws GossipDecodeError when the label is not `expected` (empty: none) */
export function stripLabel(bytes: Uint8Array, expected: string, what: 'packet' | 'stream'): Uint8Array {
  let label = '';
  let rest = bytes;
  if (bytes[0] === messageTypeByte.label) {
    const length = bytes[1] ?? 0;
    if (length === 0 || bytes.length < 2 + length) throw new GossipDecodeError('cannot decode label; truncated');
    label = Buffer.from(bytes.subarray(2, 2 + length)).toString();
    rest = bytes.subarray(2 + length);
  }
  if (label !== expected) throw new GossipDecodeError(`discarding ${what} with unacceptable label "${label}"`);
  return rest;
}
