import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {messageOf} from '../../src/config-entry/protobuf/config-entry.ts';
import {configEntryOf, ConfigEntryRequest} from '../../src/config-entry/schema.ts';
import {entryOp, eventMessage, streamEvent} from '../../src/stream/messages.ts';

interface Vector {
  readonly name: string;
  /** A record of a snapshot, in base64: the entry as a server of 1.21.4 had it. */
  readonly record: string;
  /** The event by which that server told of it. */
  readonly event: string;
}

/**
 * Entries with a value of its own in every field, with other truths in turn, with nothing, and with empty parts: restored
 * into a server of 1.21.4 from a snapshot, and taken from its subscriptions and its own snapshot.
 */
const vectors = JSON.parse(readFileSync(new URL('../vectors/config-entry-events.json', import.meta.url), 'utf8')) as readonly Vector[];

describe('an event about a configuration entry', () => {
  test.each(vectors)('is what 1.21.4 sends, byte for byte: $name', ({record, event}) => {
    const {Kind, Entry} = ConfigEntryRequest.fromMsgpack(Buffer.from(record, 'base64'));
    const bytes = Buffer.from(event, 'base64');
    const told = eventMessage.decode(bytes);
    const written = eventMessage.encode(streamEvent({Index: told.Index, ConfigEntry: {Op: entryOp.upsert, ConfigEntry: messageOf(configEntryOf(Kind, Entry))}}));
    expect(written.toString('hex')).toBe(bytes.toString('hex'));
    expect(eventMessage.encode(told).toString('hex')).toBe(bytes.toString('hex'));
  });

  test('is an error when it is damaged, never a crash', () => {
    for (const {event} of vectors) {
      const bytes = Buffer.from(event, 'base64');
      for (let at = 0; at < bytes.length; at++) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(at) ^ 0x41, at);
        for (const hostile of [damaged, bytes.subarray(0, at)]) expect(readOrRefused(hostile)).toBe(true);
      }
    }
  });
});

function readOrRefused(bytes: Uint8Array): boolean {
  try {
    eventMessage.decode(bytes);
    return true;
  } catch (error) {
    return error instanceof Error && error.name === 'ProtobufError';
  }
}
