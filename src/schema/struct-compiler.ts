import {type ByteString} from '../wire/byte-string.ts';
import {type MsgpackReader} from '../wire/msgpack-reader.ts';
import {MsgpackWriter} from '../wire/msgpack-writer.ts';
import {goJsonString} from './go-json.ts';
import {type Field} from './type.ts';

/**
 * Writes the code of a struct's codecs: straight-line functions with one call site a field, which the engine can
 * specialise, and object literals with all fields in one order, so that all rows of a struct share a hidden class.
 * This is the one place where code is made from text; only checked identifiers and numbers get into it.
 */
export interface CompiledStruct<T> {
  readonly zero: () => T;
  readonly writeMsgpack: (writer: MsgpackWriter, value: T) => void;
  readonly readMsgpack: (reader: MsgpackReader) => T;
  readonly writeJson: (value: T) => string;
}

export type NamedField = readonly [name: string, field: Field<unknown>];

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Makes a struct's codec out of its fields, as straight code: names and order are decided once. @throws TypeError for
 * names that are no identifiers
 */
export function compileStruct<T>(structName: string, fields: readonly NamedField[]): CompiledStruct<T> {
  for (const [name] of fields) {
    if (!IDENTIFIER.test(name) || name === '__proto__') throw new TypeError(`${structName}: ${name} is no field name`);
  }
  // Field names are ASCII, so the engine's order is the order of their bytes.
  const onWire = fields.filter(([, field]) => field.flags.onWire).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const keys = onWire.map(([name]) => encodedKey(name));
  const indexOfKey = new Map<ByteString, number>(onWire.map(([name], at) => [name, at]));
  const findKey = (reader: MsgpackReader): number => indexOfKey.get(reader.readByteString()) ?? -1;
  const types = fields.map(([, field]) => field.type);
  const source = [
    '"use strict";',
    ...types.map((_, at) => `const t${at} = types[${at}];`),
    ...keys.map((_, at) => `const k${at} = keys[${at}];`),
    zeroSource(fields),
    writeSource(fields, onWire),
    readSource(fields, onWire),
    jsonSource(fields),
    'return {zero, writeMsgpack, readMsgpack, writeJson};',
  ].join('\n');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see the top of the file
  const make = new Function('types', 'keys', 'header', 'findKey', 'jsonString', source) as
    (...context: readonly unknown[]) => CompiledStruct<T>;
  return make(types, keys, mapHeader(onWire.length), findKey, goJsonString);
}

function encodedKey(name: string): Buffer {
  const writer = new MsgpackWriter();
  writer.writeString(name);
  return writer.toBuffer();
}

function mapHeader(size: number): Buffer {
  const writer = new MsgpackWriter();
  writer.writeMapHeader(size);
  return writer.toBuffer();
}

function zeroOf(fields: readonly NamedField[], at: number): string {
  return fields[at]?.[1].type.inline?.zero ?? `t${at}.zero()`;
}

function zeroSource(fields: readonly NamedField[]): string {
  return `function zero() {\n  return {${fields.map(([name], at) => `${name}: ${zeroOf(fields, at)}`).join(', ')}};\n}`;
}

function indexIn(fields: readonly NamedField[], name: string): number {
  return fields.findIndex(([other]) => other === name);
}

function writeSource(fields: readonly NamedField[], onWire: readonly NamedField[]): string {
  const lines = onWire.map(([name, field], key) => {
    const inline = field.type.inline;
    const call = inline === null
      ? `t${indexIn(fields, name)}.writeMsgpack(w, v.${name});`
      : `w.${inline.write}(v.${name});`;
    return `  w.writeEncoded(k${key}); ${call}`;
  });
  return `function writeMsgpack(w, v) {\n  w.writeEncoded(header);\n${lines.join('\n')}\n}`;
}

/** Keys are expected in their sorted order, as every Go encoder writes them; others are looked up. */
function readSource(fields: readonly NamedField[], onWire: readonly NamedField[]): string {
  const read = (at: number): string => {
    const inline = fields[at]?.[1].type.inline ?? null;
    return inline === null ? `f${at} = t${at}.readMsgpack(r);` : `f${at} = r.${inline.read}();`;
  };
  const locals = fields.map(([, field], at) => (field.type.inline === null ? `f${at}` : `f${at} = ${zeroOf(fields, at)}`));
  const byKey = onWire.map(([name], key) => `        case ${key}: ${read(indexIn(fields, name))} break;`);
  const byPlace = fields.flatMap(([, field], at) => (field.flags.onWire ? [at] : []))
    .map((at, place) => `        case ${place}: ${read(at)} break;`);
  const made = fields.map(([name, field], at) =>
    (field.type.inline === null ? `${name}: f${at} === undefined ? t${at}.zero() : f${at}` : `${name}: f${at}`));
  return `function readMsgpack(r) {
  if (r.tryNil()) return zero();
  let ${locals.length === 0 ? 'unused' : locals.join(', ')};
  r.enter();
  if (r.isArray()) {
    const size = r.readArrayHeader();
    for (let i = 0; i < size; i++) {
      switch (i) {
${byPlace.join('\n')}
        default: r.skip();
      }
    }
  } else {
    const size = r.readMapHeader();
    let next = 0;
    for (let i = 0; i < size; i++) {
      const k = next < ${onWire.length} && r.tryEncoded(keys[next]) ? next : findKey(r);
      if (k >= 0) next = k + 1;
      switch (k) {
${byKey.join('\n')}
        default: r.skip();
      }
    }
  }
  r.leave();
  return {${made.join(', ')}};
}`;
}

function jsonSource(fields: readonly NamedField[]): string {
  const lines: string[] = [];
  let hasMember = false;
  fields.forEach(([name, field], at) => {
    const {jsonName, omitsEmpty} = field.flags;
    if (jsonName === false) return;
    const inline = field.type.inline;
    const value = `v.${name}`;
    const text = inline?.json?.(value) ?? `t${at}.writeJson(${value})`;
    const key = JSON.stringify(`${goJsonString(jsonName ?? name)}:`);
    const comma = hasMember ? `','` : 'comma';
    const member = `json += ${comma} + ${key} + ${text}; comma = ',';`;
    const empty = inline?.isEmpty(value) ?? `t${at}.isEmpty(${value})`;
    lines.push(omitsEmpty ? `  if (!(${empty})) { ${member} }` : `  ${member}`);
    if (!omitsEmpty) hasMember = true;
  });
  return `function writeJson(v) {\n  let json = '{', comma = '';\n${lines.join('\n')}\n  return json + '}';\n}`;
}
