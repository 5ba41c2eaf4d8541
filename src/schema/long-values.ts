import {type Sliced} from '../runtime/slices.ts';
import {type MsgpackWriter} from '../wire/msgpack-writer.ts';
import {goJsonString, indentParts} from './go-json.ts';
import {type LongForms} from './long-forms.ts';
import {sortedKeys} from './sorted-keys.ts';
import {type JsonOutOptions, type Type} from './type.ts';

/** JSON is made in parts of about this many characters. */
const partChars = 16 * 1024;
/** Msgpack is written in parts of about this many bytes. */
const partBytes = 16 * 1024;
/** A list or map of more elements than this is written in parts wherever it stands. */
const shortElementsMax = 128;
/** Elements read between two looks at the clock. */
const elementsPerPart = 32;

/** JSON of an array of any source, in parts. */
export function jsonArrayParts<T>(item: Type<T>, values: Iterable<T>, {pretty = false}: JsonOutOptions = {}): Iterable<string> {
  return pretty ? indentParts(compactArrayParts(item, values)) : compactArrayParts(item, values);
}

function compactArrayParts<T>(item: Type<T>, values: Iterable<T>): Generator<string, void> {
  return containerParts(item, '[', values, () => '', (value) => value, ']');
}

function* jsonObjectParts<T>(item: Type<T>, map: ReadonlyMap<string, T>): Generator<string, void> {
  const sorting = sortedKeys(map.keys());
  let sorted = sorting.next();
  for (; sorted.done !== true; sorted = sorting.next()) yield '';
  yield* containerParts(item, '{', sorted.value, (key) => `${goJsonString(key)}:`, (key) => map.get(key) as T, '}');
}

/** JSON of what stands between two brackets, each element of it after its label. */
function* containerParts<E, T>(
  item: Type<T>, open: string, elements: Iterable<E>, labelOf: (element: E) => string, valueOf: (element: E) => T, close: string,
): Generator<string, void> {
  let json = open;
  let comma = '';
  for (const element of elements) {
    json += comma + labelOf(element);
    comma = ',';
    const value = valueOf(element);
    if (item.long?.isLong(value) === true) {
      yield json;
      json = '';
      yield* item.long.jsonParts(value);
    } else {
      json += item.writeJson(value);
    }
    if (json.length >= partChars) {
      yield json;
      json = '';
    }
  }
  yield json + close;
}

/** A slice's forms in parts. */
export function longList<T>(item: Type<T>): LongForms<readonly T[] | null> {
  return {
    isLong: (value) => value !== null && (value.length > shortElementsMax || holdsLong(item, value)),
    jsonParts: (value) => (value === null ? ['null'] : compactArrayParts(item, value)),
    writeParts: function* (writer, value) {
      if (value === null) return writer.writeNil();
      writer.writeArrayHeader(value.length);
      for (const element of value) yield* writeElement(item, writer, element);
    },
    readParts: function* (reader) {
      const size = reader.readArrayHeader();
      if (size < 0) return null;
      const values: T[] = [];
      reader.enter();
      for (let i = 0; i < size; i++) {
        values.push(item.readMsgpack(reader));
        if (i % elementsPerPart === 0) yield;
      }
      reader.leave();
      return values;
    },
  };
}

/** A map's forms in parts. */
export function longMap<T>(item: Type<T>): LongForms<ReadonlyMap<string, T> | null> {
  return {
    isLong: (value) => value !== null && (value.size > shortElementsMax || holdsLong(item, value.values())),
    jsonParts: (value) => (value === null ? ['null'] : jsonObjectParts(item, value)),
    writeParts: function* (writer, value) {
      if (value === null) return writer.writeNil();
      writer.writeMapHeader(value.size);
      for (const [key, element] of value) {
        writer.writeString(key);
        yield* writeElement(item, writer, element);
      }
    },
    readParts: function* (reader) {
      const size = reader.readMapHeader();
      if (size < 0) return null;
      const values = new Map<string, T>();
      reader.enter();
      for (let i = 0; i < size; i++) {
        values.set(reader.readString(), item.readMsgpack(reader));
        if (i % elementsPerPart === 0) yield;
      }
      reader.leave();
      return values;
    },
  };
}

/** A pointer's forms in parts, where what it points to has any. */
export function longNullable<T>(target: Type<T>): LongForms<T | null> | null {
  const {long} = target;
  if (long === null) return null;
  return {
    isLong: (value) => value !== null && long.isLong(value),
    jsonParts: (value) => (value === null ? ['null'] : long.jsonParts(value)),
    writeParts: function* (writer, value) {
      if (value === null) writer.writeNil();
      else yield* long.writeParts(writer, value);
    },
    readParts: function* (reader) {
      return reader.tryNil() ? null : yield* long.readParts(reader);
    },
  };
}

function holdsLong<T>({long}: Type<T>, values: Iterable<T>): boolean {
  if (long === null) return false;
  for (const value of values) if (long.isLong(value)) return true;
  return false;
}

function* writeElement<T>(item: Type<T>, writer: MsgpackWriter, element: T): Sliced<void> {
  if (item.long?.isLong(element) === true) yield* item.long.writeParts(writer, element);
  else item.writeMsgpack(writer, element);
  if (writer.length >= partBytes) yield;
}
