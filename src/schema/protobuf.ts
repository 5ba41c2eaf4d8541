import {type AnyMap, type AnyValue, RawText} from '../wire/any-value.ts';
import {ProtobufReader} from '../wire/protobuf-reader.ts';
import {ProtobufWriter, wireType} from '../wire/protobuf-writer.ts';

/** How values of one kind stand in a protobuf field. */
export interface ProtoCodec<T> {
  readonly type: number;
  /** Whether a field with this value is left out. */
  readonly isDefault: (value: T) => boolean;
  readonly write: (writer: ProtobufWriter, value: T) => void;
  /** @param before what the field holds by now: messages and lists may come in several parts */
  readonly read: (reader: ProtobufReader, before: T) => T;
  /** Lists and maps write one field for each element, so they write its tags too. */
  readonly writeAll?: (writer: ProtobufWriter, field: number, value: T) => void;
  /** Lists of numbers may come packed into one field, whatever they are declared as. */
  readonly readPacked?: (reader: ProtobufReader, before: T) => T;
}

/** One field of messages whose value is a T. */
export interface ProtoField<T> {
  readonly number: number;
  readonly write: (writer: ProtobufWriter, value: T) => void;
  readonly read: (reader: ProtobufReader, type: number, value: T) => void;
}

type Mutable<T> = {-readonly [K in keyof T]: T[K]};

/** Makes the fields of a message whose value is a T. */
export interface FieldMaker<T extends object> {
  /** A field that is the property of this name. */
  <K extends keyof T & string>(number: number, key: K, codec: ProtoCodec<T[K]>): ProtoField<T>;
  /** A message whose fields are properties of the outer value, as RaftIndex is embedded in a row. Always written. */
  embedded(number: number, inner: Pick<ProtoMessage<T>, 'write' | 'readInto'>): ProtoField<T>;
  /** A message that nobody reads, and that Go writes all the same. */
  empty(number: number): ProtoField<T>;
}

/** A protobuf message: which field of it is which property of a T. Unknown fields are dropped, absent ones zero. */
export class ProtoMessage<T extends object> {
  readonly #zero: () => T;
  readonly #fields: readonly ProtoField<T>[];
  readonly #byNumber = new Map<number, ProtoField<T>>();

  constructor(zero: () => T, fields: readonly ProtoField<T>[]) {
    this.#zero = zero;
    this.#fields = fields;
    for (const field of fields) this.#byNumber.set(field.number, field);
  }

  zero(): T {
    return this.#zero();
  }

  encode(value: T): Buffer {
    const writer = new ProtobufWriter();
    this.write(writer, value);
    return writer.toBuffer();
  }

  write(writer: ProtobufWriter, value: T): void {
    for (const field of this.#fields) field.write(writer, value);
  }

  /** @throws ProtobufError */
  decode(bytes: Uint8Array): T {
    const value = this.#zero();
    this.readInto(new ProtobufReader(bytes), value);
    return value;
  }

  /** Reads up to the end of the message the reader is in. */
  readInto(reader: ProtobufReader, value: T): void {
    while (!reader.isAtEnd) this.readField(reader, reader.readTag(), value);
  }

  /** Reads the one field whose tag was read. */
  readField(reader: ProtobufReader, tag: number, value: T): void {
    const field = this.#byNumber.get(Math.floor(tag / 8));
    if (field === undefined) reader.skip(tag % 8);
    else field.read(reader, tag % 8, value);
  }
}

/** Describes a message. @param zero makes the value that an empty message is */
export function message<T extends object>(zero: () => T, fields: (field: FieldMaker<T>) => readonly ProtoField<T>[]): ProtoMessage<T> {
  return new ProtoMessage(zero, fields(fieldMaker<T>()));
}

function fieldMaker<T extends object>(): FieldMaker<T> {
  const property = <K extends keyof T & string>(number: number, key: K, codec: ProtoCodec<T[K]>): ProtoField<T> => ({
    number,
    write: (writer, value) => {
      const held = value[key];
      if (codec.isDefault(held)) return;
      if (codec.writeAll !== undefined) {
        codec.writeAll(writer, number, held);
      } else {
        writer.writeTag(number, codec.type);
        codec.write(writer, held);
      }
    },
    read: (reader, type, value) => {
      const held: Mutable<T> = value;
      if (type === codec.type) held[key] = codec.read(reader, held[key]);
      else if (type === wireType.bytes && codec.readPacked !== undefined) held[key] = codec.readPacked(reader, held[key]);
      else reader.skip(type); // as Go does: a field of another type is an unknown one
    },
  });
  return Object.assign(property, {
    embedded: (number: number, inner: Pick<ProtoMessage<T>, 'write' | 'readInto'>): ProtoField<T> => ({
      number,
      write: (writer, value) => {
        writer.writeTag(number, wireType.bytes);
        writer.writeMessage(() => inner.write(writer, value));
      },
      read: (reader, type, value) => {
        if (type === wireType.bytes) reader.readMessage(() => inner.readInto(reader, value));
        else reader.skip(type);
      },
    }),
    empty: (number: number): ProtoField<T> => ({
      number,
      write: (writer) => {
        writer.writeTag(number, wireType.bytes);
        writer.writeVarint(0);
      },
      read: (reader, type) => reader.skip(type),
    }),
  });
}

/** string */
export const text: ProtoCodec<string> = {
  type: wireType.bytes,
  isDefault: (value) => value === '',
  write: (writer, value) => writer.writeText(value),
  read: (reader) => reader.readText(),
};

/** bytes */
export const bytes: ProtoCodec<Uint8Array> = {
  type: wireType.bytes,
  isDefault: (value) => value.length === 0,
  write: (writer, value) => writer.writeBytes(value),
  read: (reader) => reader.readBytes(),
};

export const bool: ProtoCodec<boolean> = {
  type: wireType.varint,
  isDefault: (value) => !value,
  write: (writer, value) => writer.writeVarint(value ? 1 : 0),
  read: (reader) => reader.readSigned() !== 0,
};

const number = {
  type: wireType.varint,
  isDefault: (value: number) => value === 0,
  write: (writer: ProtobufWriter, value: number) => writer.writeVarint(value),
};

/** uint64 and uint32, as far as a number holds them exactly. */
export const unsigned: ProtoCodec<number> = {...number, read: (reader) => reader.readUnsigned()};

/** int32, int64 and enums. */
export const signed: ProtoCodec<number> = {...number, read: (reader) => reader.readSigned()};

/** A message that is always there, as Go's generated converters write it. */
export function nested<T extends object>(of: ProtoMessage<T>): ProtoCodec<T> {
  return {...nullableNested(of), isDefault: () => false, read: (reader) => readNested(reader, of)} as ProtoCodec<T>;
}

/** A message, or none. */
export function nullableNested<T extends object>(of: ProtoMessage<T>): ProtoCodec<T | null> {
  return {
    type: wireType.bytes,
    isDefault: (value) => value === null,
    write: (writer, value) => {
      if (value !== null) writer.writeMessage(() => of.write(writer, value));
    },
    read: (reader) => readNested(reader, of),
  };
}

function readNested<T extends object>(reader: ProtobufReader, of: ProtoMessage<T>): T {
  const value = of.zero();
  reader.readMessage(() => of.readInto(reader, value));
  return value;
}

/** repeated; none is null, as in Go. */
export function repeated<T>(of: ProtoCodec<T>): ProtoCodec<readonly T[] | null> {
  return {
    type: of.type,
    isDefault: (value) => value === null || value.length === 0,
    write: () => undefined,
    writeAll: (writer, field, value) => {
      for (const element of value ?? []) {
        writer.writeTag(field, of.type);
        of.write(writer, element);
      }
    },
    read: (reader, before) => appended(before, of.read(reader, zeroOf(of))),
    ...(of.type === wireType.varint && {
      readPacked: (reader, before) => {
        const list = [...(before ?? [])];
        reader.readMessage(() => {
          while (!reader.isAtEnd) list.push(of.read(reader, zeroOf(of)));
        });
        return list;
      },
    }),
  };
}

/** A list that is being read belongs to the message being read: it may grow in place. */
function appended<T>(before: readonly T[] | null, element: T): readonly T[] {
  if (before === null) return [element];
  (before as T[]).push(element);
  return before;
}

/** Elements never look at what was there before. */
function zeroOf<T>(_of: ProtoCodec<T>): T {
  return undefined as T;
}

interface Entry<V> {
  key: string;
  value: V;
}

/** map<string, V>; none is null, as in Go. */
export function textMap<V>(of: ProtoCodec<V>, zero: () => V): ProtoCodec<ReadonlyMap<string, V> | null> {
  const entry = message<Entry<V>>(() => ({key: '', value: zero()}), (field) => [
    field(1, 'key', {...text, isDefault: () => false}),
    field(2, 'value', {...of, isDefault: () => false}),
  ]);
  return {
    type: wireType.bytes,
    isDefault: (value) => value === null || value.size === 0,
    write: () => undefined,
    writeAll: (writer, field, value) => {
      for (const [key, element] of value ?? []) {
        writer.writeTag(field, wireType.bytes);
        writer.writeMessage(() => entry.write(writer, {key, value: element}));
      }
    },
    read: (reader, before) => {
      const {key, value} = readNested(reader, entry);
      const map = (before ?? new Map<string, V>()) as Map<string, V>;
      return map.set(key, value);
    },
  };
}

const nanosPerSecond = 1_000_000_000;

interface DurationParts {
  seconds: number;
  nanos: number;
}

const durationMessage = message<DurationParts>(() => ({seconds: 0, nanos: 0}), (field) => [field(1, 'seconds', signed), field(2, 'nanos', signed)]);

/** google.protobuf.Duration; here in nanoseconds. Always written, as Go does. */
export const duration: ProtoCodec<number> = {
  type: wireType.bytes,
  isDefault: () => false,
  write: (writer, value) => {
    const seconds = Math.trunc(value / nanosPerSecond);
    writer.writeMessage(() => durationMessage.write(writer, {seconds, nanos: value - seconds * nanosPerSecond}));
  },
  read: (reader) => {
    const {seconds, nanos} = readNested(reader, durationMessage);
    return seconds * nanosPerSecond + nanos;
  },
};

const valueFields = {null: 1, number: 2, text: 3, bool: 4, struct: 5, list: 6} as const;

/** google.protobuf.Value: a free value. All its numbers are floats; other things that Go may hold are texts. */
const freeValue: ProtoCodec<AnyValue> = {
  type: wireType.bytes,
  isDefault: () => false,
  write: (writer, value) => writer.writeMessage(() => writeFreeValue(writer, value)),
  read: (reader) => {
    let value: AnyValue = null;
    reader.readMessage(() => {
      while (!reader.isAtEnd) value = readFreeValue(reader, value);
    });
    return value;
  },
};

function writeFreeValue(writer: ProtobufWriter, value: AnyValue): void {
  if (value === null) {
    writer.writeTag(valueFields.null, wireType.varint);
    writer.writeVarint(0);
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    writer.writeTag(valueFields.number, wireType.fixed64);
    writer.writeDouble(Number(value));
  } else if (typeof value === 'boolean') {
    writer.writeTag(valueFields.bool, wireType.varint);
    writer.writeVarint(value ? 1 : 0);
  } else if (value instanceof Map) {
    writer.writeTag(valueFields.struct, wireType.bytes);
    writer.writeMessage(() => freeMapFields.writeAll?.(writer, structFields, value as AnyMap));
  } else if (Array.isArray(value)) {
    writer.writeTag(valueFields.list, wireType.bytes);
    writer.writeMessage(() => freeList.writeAll?.(writer, structFields, value as readonly AnyValue[]));
  } else {
    writer.writeTag(valueFields.text, wireType.bytes);
    writer.writeText(textOf(value as string | RawText | Uint8Array));
  }
}

function textOf(value: string | RawText | Uint8Array): string {
  if (typeof value === 'string') return value;
  return value instanceof RawText ? value.toString() : Buffer.from(value).toString('base64');
}

function readFreeValue(reader: ProtobufReader, before: AnyValue): AnyValue {
  const tag = reader.readTag();
  switch (tag) {
    case valueFields.null * 8 + wireType.varint: reader.skip(wireType.varint); return null;
    case valueFields.number * 8 + wireType.fixed64: return reader.readDouble();
    case valueFields.text * 8 + wireType.bytes: return reader.readText();
    case valueFields.bool * 8 + wireType.varint: return reader.readSigned() !== 0;
    case valueFields.struct * 8 + wireType.bytes: return freeMap.read(reader, null) ?? new Map();
    case valueFields.list * 8 + wireType.bytes: return readFreeList(reader);
    default: reader.skip(tag % 8); return before;
  }
}

function readFreeList(reader: ProtobufReader): readonly AnyValue[] {
  const list: AnyValue[] = [];
  reader.readMessage(() => {
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === structFields * 8 + wireType.bytes) list.push(freeValue.read(reader, null));
      else reader.skip(tag % 8);
    }
  });
  return list;
}

/** The one field of google.protobuf.Struct and ListValue. */
const structFields = 1;
const freeMapFields = textMap<AnyValue>(freeValue, () => null);
const freeList = repeated(freeValue);

/** google.protobuf.Struct: a map of free values, such as a proxy's Config. */
export const freeMap: ProtoCodec<AnyMap | null> = {
  type: wireType.bytes,
  isDefault: (value) => value === null,
  write: (writer, value) => writer.writeMessage(() => freeMapFields.isDefault(value) || freeMapFields.writeAll?.(writer, structFields, value)),
  read: (reader) => {
    let map: AnyMap | null = null;
    reader.readMessage(() => {
      while (!reader.isAtEnd) {
        const tag = reader.readTag();
        if (tag === structFields * 8 + wireType.bytes) map = freeMapFields.read(reader, map);
        else reader.skip(tag % 8);
      }
    });
    return map ?? new Map();
  },
};
