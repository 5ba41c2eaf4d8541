import {type ByteString} from '../wire/byte-string.ts';
import {wireType} from '../wire/protobuf-writer.ts';
import {type GoTime} from './go-time.ts';
import {message, nullableNested, type ProtoCodec, type ProtoMessage, signed} from './protobuf.ts';

/** Codecs of protobuf values that only few messages have. */

/** uint64, of any size. */
export const uint64: ProtoCodec<bigint> = {
  type: wireType.varint,
  isDefault: (value) => value === 0n,
  write: (writer, value) => writer.writeUint64(value),
  read: (reader) => reader.readUint64(),
};

/** A number that in Go may be nil, and on the wire may not: nil goes as nothing, and comes back as nil. */
export const signedOrNull: ProtoCodec<number | null> = {
  type: wireType.varint,
  isDefault: (value) => value === null || value === 0,
  write: (writer, value) => writer.writeVarint(value ?? 0),
  read: (reader) => reader.readSigned(),
};

/** bytes, here with one character for each. */
export const byteString: ProtoCodec<ByteString> = {
  type: wireType.bytes,
  isDefault: (value) => value === '',
  write: (writer, value) => writer.writeBytes(Buffer.from(value, 'latin1')),
  read: (reader) => reader.readBytes().toString('latin1'),
};

/** repeated numbers, all in one field; none is null, as in Go. */
export const packedNumbers: ProtoCodec<readonly number[] | null> = {
  type: wireType.bytes,
  isDefault: (value) => value === null || value.length === 0,
  write: (writer, value) => writer.writeMessage(() => {
    for (const element of value ?? []) writer.writeVarint(element);
  }),
  read: (reader, before) => {
    const list = [...(before ?? [])];
    reader.readMessage(() => {
      while (!reader.isAtEnd) list.push(reader.readUnsigned());
    });
    return list;
  },
};

/**
 * A text that on the wire is the number of one of these: in their order from 0 on. What is none of them goes as 0.
 * @param texts null for numbers that are not in use
 */
export function enumeration(texts: readonly (string | null)[]): ProtoCodec<string> {
  const numbers = new Map<string | null, number>(texts.map((text, number) => [text, number]));
  return {
    type: wireType.varint,
    isDefault: (value) => (numbers.get(value) ?? 0) === 0,
    write: (writer, value) => writer.writeVarint(numbers.get(value) ?? 0),
    read: (reader) => texts[reader.readSigned()] ?? texts[0] ?? '',
  };
}

/** A message in a list of pointers: nil goes as an empty one. */
export function pointer<T extends object>(of: ProtoMessage<T>): ProtoCodec<T | null> {
  const codec = nullableNested(of);
  return {...codec, isDefault: () => false, write: (writer, value) => writer.writeMessage(() => (value === null ? undefined : of.write(writer, value)))};
}

interface TimestampParts {
  seconds: number;
  nanos: number;
}

const timestampMessage = message<TimestampParts>(() => ({seconds: 0, nanos: 0}), (field) => [field(1, 'seconds', signed), field(2, 'nanos', signed)]);
const timestampParts = nullableNested(timestampMessage);

/** google.protobuf.Timestamp, or none. */
export const timestamp: ProtoCodec<GoTime | null> = {
  type: wireType.bytes,
  isDefault: (value) => value === null,
  write: (writer, value) => timestampParts.write(writer, value === null ? null : {seconds: value.unixSeconds, nanos: value.nanos}),
  read: (reader) => {
    const {seconds, nanos} = timestampParts.read(reader, null) ?? timestampMessage.zero();
    return {unixSeconds: seconds, nanos, offsetSeconds: null};
  },
};
