import {expect, test} from 'vitest';
import {UserEvent} from '../../src/event/schema.ts';
import {decodeEvent, encodeEvent} from '../../src/event/wire-event.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {MsgpackError} from '../../src/wire/msgpack-error.ts';

/** As a Consul 1.21.4 sent it (gossip.md §18). */
const captured = Buffer.from(
  '85a24944d92434643230396633332d363863332d363330382d663466382d333063613032613730303737a16ea66465706c6f79a26e66a27331a170c40b7061796c6f61642d78797aa17601',
  'hex',
);
const event = UserEvent.make({ID: '4d209f33-68c3-6308-f4f8-30ca02a70077', Name: 'deploy', Payload: 'payload-xyz', NodeFilter: 's1', Version: 1});

test('an event of a real Consul is read and written, byte by byte', () => {
  expect(decodeEvent(captured.toString('latin1'), 7)).toEqual({...event, LTime: 7});
  expect(Buffer.from(encodeEvent(event), 'latin1').toString('hex')).toBe(captured.toString('hex'));
});

test('all filters and any bytes come back as they were sent', () => {
  const full = UserEvent.make({...event, Payload: '\x00\xff\x80', ServiceFilter: 'wéb', TagFilter: '^v[0-9]$'});
  expect(decodeEvent(encodeEvent(full), 0)).toEqual(full);
  const bare = UserEvent.make({ID: 'x', Name: 'n', Version: 1});
  expect(decodeEvent(encodeEvent(bare), 0)).toEqual(bare);
});

test('a damaged event is an event or an error of the codec, never a crash', () => {
  const random = seededRandom(20);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(captured.subarray(0, 1 + random.below(captured.length)));
    for (let change = random.below(4); change > 0; change--) bytes[random.below(bytes.length)] = random.below(256);
    try {
      decodeEvent(bytes.toString('latin1'), 0);
    } catch (error) {
      expect(error).toBeInstanceOf(MsgpackError);
    }
  }
});
