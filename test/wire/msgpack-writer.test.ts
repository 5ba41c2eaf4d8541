import {expect, it} from 'vitest';
import {MsgpackReader} from '../../src/wire/msgpack-reader.ts';
import {type MsgpackDialect, MsgpackWriter} from '../../src/wire/msgpack-writer.ts';

const dialects: readonly MsgpackDialect[] = ['rpc', 'raft', 'new'];

it.each(dialects)('what is written across the end of the buffer is whole, wherever that end falls (%s)', (dialect) => {
  const startBytes = 64;
  for (const text of ['', '"', 'ab', 'a'.repeat(31), 'b'.repeat(32), 'c'.repeat(39), 'd'.repeat(41), 'é', '\xff'.repeat(50)]) {
    for (let before = 0; before <= startBytes; before++) {
      const writer = new MsgpackWriter(dialect, startBytes);
      for (let i = 0; i < before; i++) writer.writeByte(0);
      writer.writeString(text);
      writer.writeByteString(text.replaceAll('é', 'e'));
      const reader = new MsgpackReader(writer.toBuffer(), before);
      expect([reader.readString(), reader.readByteString(), reader.done]).toEqual([text, text.replaceAll('é', 'e'), true]);
    }
  }
});
