import {custom} from '../../schema/types.ts';
import {type Type} from '../../schema/type.ts';
import {type ByteString} from '../../wire/byte-string.ts';

/** Go []byte that is never nil: an empty one is written as `a0` [gossip.md §2]. Read from str, bin or nil. Not for JSON. */
export const rawBytes: Type<ByteString> = custom<ByteString>({
  goType: '[]uint8',
  zero: () => '',
  isEmpty: (value) => value === '',
  writeMsgpack: (writer, value) => writer.writeBytes(value),
  readMsgpack: (reader) => reader.readBytes(),
  writeJson: () => 'null',
  readJson: () => '',
  inline: {write: 'writeBytes', read: 'readBytes', zero: "''", isEmpty: (v) => `${v} === ''`, json: null},
});

/** Go []byte that may be nil: null is written as `c0`. Not for JSON. */
export const bytesOrNil: Type<ByteString | null> = custom<ByteString | null>({
  goType: '[]uint8',
  zero: () => null,
  isEmpty: (value) => value === null,
  writeMsgpack: (writer, value) => (value === null ? writer.writeNil() : writer.writeBytes(value)),
  readMsgpack: (reader) => (reader.tryNil() ? null : reader.readBytes()),
  writeJson: () => 'null',
  readJson: () => null,
});
