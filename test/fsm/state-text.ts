import {StateCutter} from '../../src/server/state-cutter.ts';
import {type AnyValue, RawText, readAny} from '../../src/wire/any-value.ts';
import {MsgpackReader} from '../../src/wire/msgpack-reader.ts';

/**
 * The records of a state.bin as lines of text, sorted: equal for two servers that hold the same state, whatever the order
 * in which Go walked its maps. Chunks of commands are left out.
 */
export function stateText(state: Buffer): string[] {
  const cutter = new StateCutter();
  cutter.push(state);
  const lines: string[] = [];
  for (let record = cutter.next(); record !== null; record = cutter.next()) {
    if (record.type !== chunking) lines.push(`${record.type} ${recordText(record.type, record.value)}`);
  }
  cutter.end();
  return lines.sort();
}

const configEntry = 22;
const chunking = 29;
/** Peerings, their trust bundles and secrets, resources: strings of protobuf. */
const protobufs = [35, 38, 40, 42];

function recordText(type: number, value: Buffer): string {
  const reader = new MsgpackReader(value);
  if (type === configEntry) return configEntryText(new MsgpackReader(reader.readBinaryView()));
  if (protobufs.includes(type)) return protobufText(reader.readBinaryView());
  return valueText(reader);
}

function configEntryText(reader: MsgpackReader): string {
  const kind = reader.readString();
  const size = reader.readMapHeader();
  const pairs: string[] = [];
  for (let i = 0; i < size; i++) {
    const key = reader.readString();
    // This kind's entries are strings inside the string.
    const isNested = key === 'Entry' && kind === 'proxy-defaults';
    pairs.push(`${key}:${valueText(isNested ? new MsgpackReader(reader.readBinaryView()) : reader)}`);
  }
  return `${kind} {${pairs.sort().join(',')}}`;
}

/** Keys of maps may be of any kind: bound-api-gateway has such as are structs. */
function valueText(reader: MsgpackReader): string {
  const head = reader.peek();
  if ((head >= 0x80 && head < 0x90) || head === 0xde || head === 0xdf) {
    const pairs: string[] = [];
    for (let left = reader.readMapHeader(); left > 0; left--) {
      const key = valueText(reader);
      pairs.push(`${key}:${valueText(reader)}`);
    }
    return `{${pairs.sort().join(',')}}`;
  }
  if (reader.isArray()) {
    const items: string[] = [];
    for (let left = reader.readArrayHeader(); left > 0; left--) items.push(valueText(reader));
    return `[${items.join(',')}]`;
  }
  return scalarText(readAny(reader));
}

function scalarText(value: AnyValue): string {
  if (value instanceof RawText) return `hex:${Buffer.from(value.bytes, 'latin1').toString('hex')}`;
  if (value instanceof Uint8Array) return `hex:${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return `float ${value}`;
  return JSON.stringify(value);
}

/** Fields of a message by number; those of one number in their order, but pairs of maps sorted. */
function protobufText(bytes: Uint8Array): string {
  const fields: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    let tag: number;
    [tag, at] = varint(bytes, at);
    if ((tag & 7) === 0) {
      let value: number;
      [value, at] = varint(bytes, at);
      fields.push(`${tag >>> 3}:${value}`);
    } else if ((tag & 7) === 2) {
      let length: number;
      [length, at] = varint(bytes, at);
      fields.push(`${tag >>> 3}:${Buffer.from(bytes.subarray(at, at + length)).toString('latin1')}`);
      at += length;
    } else {
      throw new Error(`unexpected wire type in tag ${tag}`);
    }
  }
  return JSON.stringify(fields.sort());
}

function varint(bytes: Uint8Array, start: number): [value: number, at: number] {
  let value = 0;
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at + 1];
  }
}
