import {type ByteString, byteStringOf, textOfByteString} from './byte-string.ts';
import {MsgpackError} from './msgpack-error.ts';
import {type MsgpackReader} from './msgpack-reader.ts';
import {type MsgpackWriter} from './msgpack-writer.ts';

/**
 * What Go holds in an `interface{}`. Integers and floats stay apart, as in Go: a `bigint` is an int64 or uint64, a
 * `number` a float64 (JSON numbers are floats). A string that is not UTF-8 is a RawText; a []byte is a Uint8Array.
 * Encoding a decoded value gives the same bytes, if they were written in Go's way.
 */
export type AnyValue =
  | null | boolean | string | number | bigint | RawText | Uint8Array | readonly AnyValue[] | ReadonlyMap<string, AnyValue>;

/** A map of free values, such as a proxy's Config. */
export type AnyMap = ReadonlyMap<string, AnyValue>;

/** A Go string that is not valid UTF-8. */
export class RawText {
  readonly bytes: ByteString;

  constructor(bytes: ByteString) {
    this.bytes = bytes;
  }

  toString(): string {
    return textOfByteString(this.bytes);
  }
}

/** Reads one value of any kind. Throws MsgpackError as the reader does, also for extension types. */
export function readAny(reader: MsgpackReader): AnyValue {
  const d = reader.peek();
  if (d < 0x80 || d >= 0xe0 || (d >= 0xcc && d <= 0xd3)) return reader.readInteger();
  if (d < 0x90 || d === 0xde || d === 0xdf) return readAnyMap(reader);
  if (d < 0xa0 || d === 0xdc || d === 0xdd) return readAnyList(reader);
  if (d < 0xc0 || (d >= 0xd9 && d <= 0xdb)) return readText(reader);
  switch (d) {
    case 0xc0: return reader.tryNil() ? null : null;
    case 0xc2: case 0xc3: return reader.readBool();
    case 0xc4: case 0xc5: case 0xc6: return reader.readBinary();
    case 0xca: case 0xcb: return reader.readFloat();
    default: throw new MsgpackError(`msgpack descriptor 0x${d.toString(16)} is not supported`);
  }
}

function readAnyList(reader: MsgpackReader): AnyValue[] {
  const size = reader.readArrayHeader();
  const list: AnyValue[] = [];
  reader.enter();
  for (let i = 0; i < size; i++) list.push(readAny(reader));
  reader.leave();
  return list;
}

/** Reads a map with string keys; null for nil. */
function readAnyMap(reader: MsgpackReader): Map<string, AnyValue> | null {
  const size = reader.readMapHeader();
  if (size < 0) return null;
  const map = new Map<string, AnyValue>();
  reader.enter();
  for (let i = 0; i < size; i++) map.set(reader.readString(), readAny(reader));
  reader.leave();
  return map;
}

function readText(reader: MsgpackReader): string | RawText {
  const view = reader.readBinaryView();
  const text = view.toString('utf8');
  // The decoder puts U+FFFD for what is no UTF-8; a real U+FFFD survives the way back.
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(view)) return text;
  return new RawText(byteStringOf(view));
}

/** Writes one value of any kind, as Go's encoder does: integers in the smallest form, floats as float64. */
export function writeAny(writer: MsgpackWriter, value: AnyValue): void {
  switch (typeof value) {
    case 'string': writer.writeString(value); return;
    case 'number': writer.writeFloat64(value); return;
    case 'bigint': writer.writeBigInt(value); return;
    case 'boolean': writer.writeBool(value); return;
    default:
  }
  if (value === null) {
    writer.writeNil();
  } else if (value instanceof RawText) {
    writer.writeByteString(value.bytes);
  } else if (value instanceof Uint8Array) {
    writer.writeBinary(value);
  } else if (value instanceof Map) {
    writer.writeMapHeader(value.size);
    for (const [key, item] of value as AnyMap) {
      writer.writeString(key);
      writeAny(writer, item);
    }
  } else {
    const list = value as readonly AnyValue[];
    writer.writeArrayHeader(list.length);
    for (const item of list) writeAny(writer, item);
  }
}
