import {type Sliced} from '../runtime/slices.ts';
import {type MsgpackReader} from '../wire/msgpack-reader.ts';
import {type MsgpackWriter} from '../wire/msgpack-writer.ts';
import {goJsonString} from './go-json.ts';
import {type LongForms} from './long-forms.ts';
import {type NamedField} from './struct-compiler.ts';

type Values = Readonly<Record<string, unknown>>;

/** Forms in parts of a struct that holds lists or maps; null for one that does not. `zero` makes a fresh value. */
export function longStruct<T extends Values>(fields: readonly NamedField[], zero: () => T): LongForms<T> | null {
  const long = fields.filter(([, field]) => field.type.long !== null);
  if (long.length === 0) return null;
  const onWire = fields.filter(([, field]) => field.flags.onWire);
  const sorted = onWire.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const byName = new Map(onWire);
  return {
    isLong: (value) => long.some(([name, {type}]) => type.long?.isLong(value[name]) === true),
    jsonParts: (value) => jsonStructParts(fields, value),
    writeParts: (writer, value) => writeStructParts(sorted, writer, value),
    readParts: (reader) => readStructParts(onWire, byName, zero, reader),
  };
}

function* jsonStructParts(fields: readonly NamedField[], value: Values): Generator<string, void> {
  let json = '{';
  let comma = '';
  for (const [name, {type, flags}] of fields) {
    const member = value[name];
    if (flags.jsonName === false || (flags.omitsEmpty && type.isEmpty(member))) continue;
    json += `${comma}${goJsonString(flags.jsonName ?? name)}:`;
    comma = ',';
    if (type.long?.isLong(member) === true) {
      yield json;
      json = '';
      yield* type.long.jsonParts(member);
    } else {
      json += type.writeJson(member);
    }
  }
  yield `${json}}`;
}

function* writeStructParts(sorted: readonly NamedField[], writer: MsgpackWriter, value: Values): Sliced<void> {
  writer.writeMapHeader(sorted.length);
  for (const [name, {type}] of sorted) {
    writer.writeString(name);
    if (type.long?.isLong(value[name]) === true) yield* type.long.writeParts(writer, value[name]);
    else type.writeMsgpack(writer, value[name]);
  }
}

function* readStructParts<T extends Values>(
  onWire: readonly NamedField[], byName: ReadonlyMap<string, NamedField[1]>, zero: () => T, reader: MsgpackReader): Sliced<T> {
  if (reader.tryNil()) return zero();
  const value: Record<string, unknown> = {...zero()};
  reader.enter();
  const isArray = reader.isArray();
  const size = isArray ? reader.readArrayHeader() : reader.readMapHeader();
  for (let i = 0; i < size; i++) {
    const name = isArray ? onWire[i]?.[0] : reader.readString();
    const type = name === undefined ? undefined : byName.get(name)?.type;
    if (name === undefined || type === undefined) reader.skip();
    else value[name] = type.long === null ? type.readMsgpack(reader) : yield* type.long.readParts(reader);
  }
  reader.leave();
  return value as T;
}
