import {expect, test} from 'vitest';
import {seededRandom} from '../../src/runtime/random.ts';
import {SerfCore} from '../../src/gossip/serf/serf-core.ts';
import {consulSerfTimes} from '../../src/gossip/serf/serf-config.ts';
import {consulLanSwimConfig} from '../../src/gossip/swim/swim-config.ts';
import {Keyring} from '../../src/gossip/wire/keyring.ts';
import {decodePacket} from '../../src/gossip/wire/packet-codec.ts';
import {decodeStream} from '../../src/gossip/wire/stream-codec.ts';
import {type WireSecurity} from '../../src/gossip/wire/wire-security.ts';
import {parseSnapshot} from '../../src/gossip/serf/snapshot-text.ts';
import {gossipVectors} from './vectors.ts';

const rounds = 20_000;
const plain: WireSecurity = {keyring: null, verifyIncoming: true, verifyOutgoing: true, label: ''};
const sealed: WireSecurity = {...plain, keyring: new Keyring([Buffer.alloc(16, 7)])};
const vectors = gossipVectors();
const all = [...vectors.library, ...vectors.captures];
const self = {addr: '\x7f\0\0\x01', port: 8301};

function mutate(bytes: Buffer, random: ReturnType<typeof seededRandom>): Buffer {
  const out = Buffer.from(bytes);
  for (let i = random.below(6); i >= 0; i--) out[random.below(out.length)] = random.below(256);
  return random.below(4) === 0 ? out.subarray(0, random.below(out.length + 1)) : out;
}

test('mutated packets are read or refused, and the core survives what is read', () => {
  const random = seededRandom(1);
  const packets = all.filter((v) => v.layer === 'packet').map((v) => Buffer.from(v.hex, 'hex'));
  const core = new SerfCore({
    ...consulSerfTimes, name: 'self', advertise: self, tags: {}, swim: consulLanSwimConfig, resolvesNameConflicts: true,
    mergeCheck: () => 'not in this pool', reapAfterMs: () => undefined, refuseAddress: () => null,
    restored: {clock: 0, eventClock: 0, queryClock: 0}, overheadBytes: 0,
  }, random);
  core.step({kind: 'start'}, 0, random);
  for (let i = 0; i < rounds; i++) {
    const bytes = mutate(packets[random.below(packets.length)] ?? Buffer.alloc(1), random);
    const {messages} = decodePacket(bytes, i % 5 === 0 ? sealed : plain, 8301);
    core.step({kind: 'packet', from: self, messages}, i, random);
    core.step({kind: 'tick', afterPoll: true}, i, random);
  }
  expect(core.members().map((member) => member.name)).toEqual(['self']);
});

test('mutated streams are read, refused or waited for', () => {
  const random = seededRandom(2);
  const streams = all.filter((v) => v.layer === 'stream').map((v) => Buffer.from(v.hex, 'hex'));
  let refused = 0;
  for (let i = 0; i < rounds / 4; i++) {
    const bytes = mutate(streams[random.below(streams.length)] ?? Buffer.alloc(1), random);
    try {
      decodeStream(bytes, i % 5 === 0 ? sealed : plain, 8301);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).name).toMatch(/GossipDecodeError|Msgpack|Lzw/);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(100);
});

test('any text is some snapshot', () => {
  const random = seededRandom(3);
  const sample = 'alive: a b 1.2.3.4:1\nnot-alive: a b\nclock: 5\nleave\nevent-clock: 7\n#x\n';
  for (let i = 0; i < 2000; i++) {
    const text = mutate(Buffer.from(sample), random).toString();
    expect(parseSnapshot(text, false, () => undefined).clock).toBeGreaterThanOrEqual(0);
  }
});
