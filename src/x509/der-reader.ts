/** One DER value. */
export interface DerValue {
  readonly tag: number;
  /** With tag and length. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

/** The values that stand one after another in `bytes`. @throws Error for what is no DER */
export function derValues(bytes: Buffer): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = derValueAt(bytes, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

function derValueAt(bytes: Buffer, at: number): DerValue {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw new Error('asn1: the data ends inside a value');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || first === 0x80 || start > bytes.length) throw new Error('asn1: bad length');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  if (start + length > bytes.length) throw new Error('asn1: the data ends inside a value');
  return {tag, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length)};
}
