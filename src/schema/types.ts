import {type AnyValue, readAny, writeAny} from '../wire/any-value.ts';
import {type ByteString, byteStringOf, byteStringOfText} from '../wire/byte-string.ts';
import {type MsgpackReader} from '../wire/msgpack-reader.ts';
import {type MsgpackWriter} from '../wire/msgpack-writer.ts';
import {decodeGoBase64} from './go-base64.ts';
import {formatGoDuration, parseGoDuration} from './go-duration.ts';
import {
  goJsonAny, goJsonByteString, goJsonBytes, goJsonFloat, goJsonFloat32, goJsonMap, goJsonString,
} from './go-json.ts';
import {formatGoTime, type GoTime, GoTimeError, goTimeFromBinary, goTimeToBinary, parseGoTime, ZERO_TIME} from './go-time.ts';
import {type JsonContext} from './json-context.ts';
import {type JsonNode, JsonNumber, JsonObject} from './json-node.ts';
import {type LongForms} from './long-forms.ts';
import {longList, longMap, longNullable} from './long-values.ts';
import {type InlineCode, Type} from './type.ts';

/** What makes up a type; all of it is as the methods of Type say. */
export interface TypeParts<T> {
  readonly goType: string;
  readonly zero: () => T;
  readonly isEmpty: (value: T) => boolean;
  readonly writeMsgpack: (writer: MsgpackWriter, value: T) => void;
  readonly readMsgpack: (reader: MsgpackReader) => T;
  readonly writeJson: (value: T) => string;
  readonly readJson: (node: JsonNode, context: JsonContext) => T;
  /** Default: writeMsgpack. */
  readonly writeTopLevel?: (writer: MsgpackWriter, value: T) => void;
  readonly inline?: InlineCode;
  readonly long?: LongForms<T> | null;
}

class PartsType<T> extends Type<T> {
  override readonly goType: string;
  override readonly inline: InlineCode | null;
  override readonly long: LongForms<T> | null;
  readonly #parts: TypeParts<T>;

  constructor(parts: TypeParts<T>) {
    super();
    this.#parts = parts;
    this.goType = parts.goType;
    this.inline = parts.inline ?? null;
    this.long = parts.long ?? null;
  }

  override zero(): T {
    return this.#parts.zero();
  }

  override isEmpty(value: T): boolean {
    return this.#parts.isEmpty(value);
  }

  override writeMsgpack(writer: MsgpackWriter, value: T): void {
    this.#parts.writeMsgpack(writer, value);
  }

  override readMsgpack(reader: MsgpackReader): T {
    return this.#parts.readMsgpack(reader);
  }

  override writeJson(value: T): string {
    return this.#parts.writeJson(value);
  }

  override readJson(node: JsonNode, context: JsonContext): T {
    return node === null ? this.#parts.zero() : this.#parts.readJson(node, context);
  }

  override writeTopLevel(writer: MsgpackWriter, value: T): void {
    (this.#parts.writeTopLevel ?? this.#parts.writeMsgpack)(writer, value);
  }
}

/** A type made of its parts: for what no other type here describes. `readJson` never sees null. */
export function custom<T>(parts: TypeParts<T>): Type<T> {
  return new PartsType(parts);
}

const JSON_AS_IS = (value: string): string => value;

/** Go string as text. */
export const str: Type<string> = custom<string>({
  goType: 'string',
  zero: () => '',
  isEmpty: (value) => value === '',
  writeMsgpack: (writer, value) => writer.writeString(value),
  readMsgpack: (reader) => reader.readString(),
  writeJson: goJsonString,
  readJson: readJsonText,
  inline: {write: 'writeString', read: 'readString', zero: "''", isEmpty: (v) => `${v} === ''`, json: (v) => `jsonString(${v})`},
});

function readJsonText(node: JsonNode, context: JsonContext): string {
  if (typeof node !== 'string') throw context.wrongKind(node, 'string');
  return node;
}

/** Go string whose bytes matter (KV keys): a ByteString; text is made at the JSON edge. */
export const byteStr: Type<ByteString> = custom<ByteString>({
  goType: 'string',
  zero: () => '',
  isEmpty: (value) => value === '',
  writeMsgpack: (writer, value) => writer.writeByteString(value),
  readMsgpack: (reader) => reader.readByteString(),
  writeJson: goJsonByteString,
  readJson: (node, context) => byteStringOfText(readJsonText(node, context)),
  inline: {write: 'writeByteString', read: 'readByteString', zero: "''", isEmpty: (v) => `${v} === ''`, json: null},
});

/**
 * Go []byte as a ByteString. Empty is nil here: `c0` on the wire and null in JSON. Use `nullable(bytes)` or `binary`
 * where an empty value must be told from none.
 */
export const bytes: Type<ByteString> = custom<ByteString>({
  goType: '[]uint8',
  zero: () => '',
  isEmpty: (value) => value === '',
  writeMsgpack: (writer, value) => (value === '' ? writer.writeNil() : writer.writeBytes(value)),
  writeTopLevel: (writer, value) => writer.writeBytes(value),
  readMsgpack: (reader) => reader.readBytes(),
  writeJson: goJsonBytes,
  readJson: readJsonBytes,
});

function readJsonBytes(node: JsonNode, context: JsonContext): ByteString {
  if (typeof node === 'string') return decodeGoBase64(node);
  if (!Array.isArray(node)) throw context.wrongKind(node, '[]uint8');
  return byteStringOf(Uint8Array.from((node as readonly JsonNode[]).map((item) => uint8.readJson(item, context))));
}

/** Go []byte as a buffer; nil (null) and empty are kept apart. For large bodies such as Raft's log data. */
export const binary: Type<Uint8Array | null> = custom<Uint8Array | null>({
  goType: '[]uint8',
  zero: () => null,
  isEmpty: (value) => value === null || value.length === 0,
  writeMsgpack: (writer, value) => (value === null ? writer.writeNil() : writer.writeBinary(value)),
  readMsgpack: (reader) => reader.readBinary(),
  writeJson: (value) => (value === null ? 'null' : `"${Buffer.from(value).toString('base64')}"`),
  readJson: (node, context) => Buffer.from(readJsonBytes(node, context), 'latin1'),
});

export const bool: Type<boolean> = custom<boolean>({
  goType: 'bool',
  zero: () => false,
  isEmpty: (value) => !value,
  writeMsgpack: (writer, value) => writer.writeBool(value),
  readMsgpack: (reader) => reader.readBool(),
  writeJson: (value) => (value ? 'true' : 'false'),
  readJson: (node, context) => {
    if (typeof node !== 'boolean') throw context.wrongKind(node, 'bool');
    return node;
  },
  inline: {write: 'writeBool', read: 'readBool', zero: 'false', isEmpty: (v) => `!${v}`, json: JSON_AS_IS},
});

/** A Go integer held in a number: JSON outside min..max is Go's error, on the wire outside ±(2^53−1) is one. */
function integer(goType: string, signed: boolean, min: number, max: number): Type<number> {
  const method = signed ? 'Int' : 'Uint';
  return custom<number>({
    goType,
    zero: () => 0,
    isEmpty: (value) => value === 0,
    writeMsgpack: (writer, value) => (signed ? writer.writeInt(value) : writer.writeUint(value)),
    readMsgpack: (reader) => (signed ? reader.readInt() : reader.readUint()),
    writeJson: String,
    readJson: (node, context) => {
      if (!(node instanceof JsonNumber)) throw context.wrongKind(node, goType);
      const value = /^-?\d+$/.test(node.text) ? Number(node.text) : NaN;
      if (!(value >= min && value <= max)) throw context.mismatch(`number ${node.text}`, goType);
      return value === 0 ? 0 : value;
    },
    inline: {write: `write${method}`, read: `read${method}`, zero: '0', isEmpty: (v) => `${v} === 0`, json: JSON_AS_IS},
  });
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
/** Go int. */
export const int: Type<number> = integer('int', true, -MAX_SAFE, MAX_SAFE);
export const int32: Type<number> = integer('int32', true, -(2 ** 31), 2 ** 31 - 1);
export const int64: Type<number> = integer('int64', true, -MAX_SAFE, MAX_SAFE);
/** Go uint64 that stays under 2^53: indexes, terms. */
export const uint: Type<number> = integer('uint64', false, 0, MAX_SAFE);
/** Go's plain uint, which is as large and is named otherwise. */
export const plainUint: Type<number> = integer('uint', false, 0, MAX_SAFE);
export const uint8: Type<number> = integer('uint8', false, 0, 0xff);
export const uint16: Type<number> = integer('uint16', false, 0, 0xffff);
export const uint32: Type<number> = integer('uint32', false, 0, 0xffff_ffff);

/** Go uint64 of any size: KV Flags, config-entry Hash. */
export const uint64: Type<bigint> = custom<bigint>({
  goType: 'uint64',
  zero: () => 0n,
  isEmpty: (value) => value === 0n,
  writeMsgpack: (writer, value) => writer.writeBigInt(value),
  readMsgpack: (reader) => reader.readUint64(),
  writeJson: String,
  readJson: (node, context) => {
    if (!(node instanceof JsonNumber)) throw context.wrongKind(node, 'uint64');
    const value = /^\d{1,20}$/.test(node.text) ? BigInt(node.text) : -1n;
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw context.mismatch(`number ${node.text}`, 'uint64');
    return value;
  },
  inline: {write: 'writeBigInt', read: 'readUint64', zero: '0n', isEmpty: (v) => `${v} === 0n`, json: JSON_AS_IS},
});

function float(goType: string, write: 'writeFloat64' | 'writeFloat32', writeJson: (value: number) => string): Type<number> {
  return custom<number>({
    goType,
    zero: () => 0,
    isEmpty: (value) => value === 0,
    writeMsgpack: (writer, value) => writer[write](value),
    readMsgpack: (reader) => reader.readFloat(),
    writeJson,
    readJson: (node, context) => {
      if (!(node instanceof JsonNumber)) throw context.wrongKind(node, goType);
      const value = goType === 'float32' ? Math.fround(Number(node.text)) : Number(node.text);
      if (!Number.isFinite(value)) throw context.mismatch(`number ${node.text}`, goType);
      return value;
    },
  });
}

export const float64: Type<number> = float('float64', 'writeFloat64', goJsonFloat);
export const float32: Type<number> = float('float32', 'writeFloat32', goJsonFloat32);

/** JSON input of a duration: a Go duration text or a number of nanoseconds; anything else is 0 (http-core.md §5.1). */
function readJsonDuration(node: JsonNode): number {
  if (typeof node === 'string') return parseGoDuration(node);
  return node instanceof JsonNumber ? Math.trunc(Number(node.text)) : 0;
}

const durationParts: TypeParts<number> = {
  goType: 'time.Duration',
  zero: () => 0,
  isEmpty: (value) => value === 0,
  writeMsgpack: (writer, value) => writer.writeInt(value),
  readMsgpack: (reader) => reader.readDuration(),
  writeJson: String,
  readJson: readJsonDuration,
};

/** Go time.Duration in nanoseconds; JSON output is an integer. */
export const duration: Type<number> = custom({
  ...durationParts,
  inline: {write: 'writeInt', read: 'readDuration', zero: '0', isEmpty: (v) => `${v} === 0`, json: JSON_AS_IS},
});

/** Go time.Duration in nanoseconds; JSON output is a text such as `10s`. */
export const durationString: Type<number> = custom({
  ...durationParts,
  writeJson: (value) => `"${formatGoDuration(value)}"`,
  inline: {write: 'writeInt', read: 'readDuration', zero: '0', isEmpty: (v) => `${v} === 0`, json: null},
});

/** Go time.Time, exact to the nanosecond and with its zone. */
export const time: Type<GoTime> = custom<GoTime>({
  goType: 'time.Time',
  zero: () => ZERO_TIME,
  isEmpty: () => false,
  writeMsgpack: (writer, value) => writer.writeByteString(goTimeToBinary(value)),
  readMsgpack: (reader) => goTimeFromBinary(reader.readBytes()),
  writeJson: (value) => `"${formatGoTime(value)}"`,
  readJson: (node) => {
    if (typeof node !== 'string') throw new GoTimeError('Time.UnmarshalJSON: input is not a JSON string');
    return parseGoTime(node);
  },
});

/** Go slice: null is nil. */
export function list<T>(item: Type<T>): Type<readonly T[] | null> {
  const write = (writer: MsgpackWriter, value: readonly T[]): void => {
    writer.writeArrayHeader(value.length);
    for (const element of value) item.writeMsgpack(writer, element);
  };
  return custom<readonly T[] | null>({
    get goType() {
      return `[]${item.goType}`;
    },
    zero: () => null,
    isEmpty: (value) => value === null || value.length === 0,
    writeMsgpack: (writer, value) => (value === null ? writer.writeNil() : write(writer, value)),
    writeTopLevel: (writer, value) => write(writer, value ?? []),
    readMsgpack: (reader) => {
      const size = reader.readArrayHeader();
      if (size < 0) return null;
      const values: T[] = [];
      reader.enter();
      for (let i = 0; i < size; i++) values.push(item.readMsgpack(reader));
      reader.leave();
      return values;
    },
    writeJson: (value) => {
      if (value === null) return 'null';
      let json = '[';
      for (let i = 0; i < value.length; i++) json += i === 0 ? item.writeJson(value[i] as T) : `,${item.writeJson(value[i] as T)}`;
      return `${json}]`;
    },
    readJson: (node, context) => {
      if (!Array.isArray(node)) throw context.wrongKind(node, `[]${item.goType}`);
      return (node as readonly JsonNode[]).map((element) => item.readJson(element, context));
    },
    long: longList(item),
  });
}

/** Go map with string keys, in a Map (its order is kept on the wire, JSON sorts): null is nil. */
export function map<T>(item: Type<T>): Type<ReadonlyMap<string, T> | null> {
  const write = (writer: MsgpackWriter, value: ReadonlyMap<string, T>): void => {
    writer.writeMapHeader(value.size);
    for (const [key, element] of value) {
      writer.writeString(key);
      item.writeMsgpack(writer, element);
    }
  };
  return custom<ReadonlyMap<string, T> | null>({
    get goType() {
      return `map[string]${item.goType}`;
    },
    zero: () => null,
    isEmpty: (value) => value === null || value.size === 0,
    writeMsgpack: (writer, value) => (value === null ? writer.writeNil() : write(writer, value)),
    writeTopLevel: (writer, value) => write(writer, value ?? new Map()),
    readMsgpack: (reader) => {
      const size = reader.readMapHeader();
      if (size < 0) return null;
      const values = new Map<string, T>();
      reader.enter();
      for (let i = 0; i < size; i++) values.set(reader.readString(), item.readMsgpack(reader));
      reader.leave();
      return values;
    },
    writeJson: (value) => (value === null ? 'null' : goJsonMap(value, (element) => item.writeJson(element))),
    readJson: (node, context) => {
      if (!(node instanceof JsonObject)) throw context.wrongKind(node, `map[string]${item.goType}`);
      const values = new Map<string, T>();
      node.keys.forEach((key, at) => values.set(key, item.readJson(node.values[at] ?? null, context)));
      return values;
    },
    long: longMap(item),
  });
}

/** Go pointer: null is nil. */
export function nullable<T>(target: Type<T>): Type<T | null> {
  return custom<T | null>({
    get goType() {
      return target.goType;
    },
    zero: () => null,
    isEmpty: (value) => value === null,
    writeMsgpack: (writer, value) => (value === null ? writer.writeNil() : target.writeTopLevel(writer, value)),
    readMsgpack: (reader) => (reader.tryNil() ? null : target.readMsgpack(reader)),
    writeJson: (value) => (value === null ? 'null' : target.writeJson(value)),
    readJson: (node, context) => target.readJson(node, context),
    long: longNullable(target),
  });
}

/** Go interface{}: see AnyValue. JSON numbers are floats. */
export const any: Type<AnyValue> = custom<AnyValue>({
  goType: 'interface {}',
  zero: () => null,
  isEmpty: (value) => value === null,
  writeMsgpack: writeAny,
  readMsgpack: readAny,
  writeJson: goJsonAny,
  readJson: (node) => anyOfJson(node),
});

function anyOfJson(node: JsonNode): AnyValue {
  if (node instanceof JsonNumber) return Number(node.text);
  if (node instanceof JsonObject) return new Map(node.keys.map((key, at) => [key, anyOfJson(node.values[at] ?? null)]));
  return Array.isArray(node) ? (node as readonly JsonNode[]).map(anyOfJson) : node as null | boolean | string;
}
