import {describe, expect, test} from 'vitest';
import {lzwCompress, lzwDecompress} from '../../src/wire/lzw.ts';
import {type WireSecurity} from '../../src/gossip/wire/wire-security.ts';
import {Keyring} from '../../src/gossip/wire/keyring.ts';
import {decodePacket, encodeCompound, withChecksum} from '../../src/gossip/wire/packet-codec.ts';
import {decodeStream, encodeStreamBody} from '../../src/gossip/wire/stream-codec.ts';
import {compress, decompress} from '../../src/gossip/wire/compress.ts';
import {seal} from '../../src/gossip/wire/packet-cipher.ts';
import {encodeSwimMessage} from '../../src/gossip/wire/swim-codec.ts';
import {
  JoinIntent, KeyRequest, KeyResponse, LeaveIntent, MemberRecord, NodeFilter, PushPullUserState, Query, QueryResponse, RelayHeader,
  TagFilter, TagMap, UserEvent,
} from '../../src/gossip/wire/serf-schema.ts';
import {VivaldiClient} from '../../src/gossip/serf/vivaldi.ts';
import {Coordinate, coordinateDistanceNs} from '../../src/schema/coordinate.ts';
import {pushPullIntervalMs, retransmitLimit, suspicionMinMs, suspicionRemainingMs} from '../../src/gossip/swim/scaling.ts';
import {type Type} from '../../src/schema/type.ts';
import {MsgpackReader} from '../../src/wire/msgpack-reader.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {gossipVectors, type Vector} from './vectors.ts';

const vectors = gossipVectors();
const all = [...vectors.library, ...vectors.captures];
const keys = [16, 32].map((size) => Buffer.from(Array.from({length: size}, (_, i) => i)));
const plain: WireSecurity = {keyring: null, verifyIncoming: true, verifyOutgoing: true, label: ''};

function securityOf(vector: Vector): WireSecurity {
  const label = typeof vector.decoded['label'] === 'string' ? vector.decoded['label'] : '';
  const isSealed = vector.decoded['encryption_version'] !== undefined || vector.decoded['encrypted_version'] !== undefined ||
    /encrypted|_enc_/.test(vector.id);
  const extra = vector.key_hex === undefined ? [] : [Buffer.from(vector.key_hex, 'hex')];
  return {...plain, label, keyring: isSealed ? new Keyring([...extra, ...keys]) : null};
}

/** Consul 1.8.7 packs without a leading clear code: another encoding of the same bytes. */
function isOldLzw(vector: Vector): boolean {
  return vector.id.endsWith('1_8_7');
}

/** Decodes a packet layer by layer and writes each layer again: must give the same bytes. */
function reencodePacket(bytes: Buffer): Buffer {
  switch (bytes[0]) {
    case 12: return withChecksum(reencodePacket(bytes.subarray(5)));
    case 9: {
      const inner = decompress(bytes, 1_000_000);
      return compress(inner.length === 0 || inner[0] === undefined || inner[0] > 13 ? inner : reencodePacket(inner));
    }
    case 7: {
      const count = bytes[1] ?? 0;
      let at = 2 + 2 * count;
      const parts = Array.from({length: count}, (_, i) => {
        const length = bytes.readUInt16BE(2 + 2 * i);
        const part = reencodePacket(bytes.subarray(at, at + length));
        at += length;
        return part;
      });
      return encodeCompound(parts);
    }
    default: {
      const [message] = decodePacket(bytes, plain, 8301).messages;
      if (message === undefined) throw new Error('no message');
      if (message.type === 'user' && (message.body[0] ?? 99) < 10) {
        return Buffer.concat([Uint8Array.of(8), reencodeSerf(Buffer.from(message.body))]);
      }
      return Buffer.from(encodeSwimMessage(message).bytes);
    }
  }
}

const serfTypes: Readonly<Record<number, Type<unknown>>> = {
  0: LeaveIntent, 1: JoinIntent, 2: PushPullUserState, 3: UserEvent, 4: Query, 5: QueryResponse, 7: KeyRequest, 8: KeyResponse,
};

function reencodeSerf(bytes: Buffer): Buffer {
  const typeByte = bytes[0] ?? 0;
  if (typeByte === 6) {
    const body = bytes[1] === 0xc0 ? Buffer.of(0xc0) : MemberRecord.toMsgpack(MemberRecord.fromMsgpack(bytes, 1));
    return Buffer.concat([Uint8Array.of(6), body]);
  }
  if (typeByte === 9) {
    const reader = new MsgpackReader(bytes, 1);
    const header = RelayHeader.readMsgpack(reader);
    return Buffer.concat([RelayHeader.toMsgpack(header, {typeByte}), reencodeSerf(bytes.subarray(reader.pos))]);
  }
  const type = serfTypes[typeByte];
  if (type === undefined) return bytes;
  const reader = new MsgpackReader(bytes, 1);
  const value = type.readMsgpack(reader);
  return type.toMsgpack(value, {typeByte});
}

describe('packets of the reference implementations', () => {
  test.each(all.filter((v) => v.layer === 'packet').map((v) => [v.id, v] as const))('%s decodes, and encodes to the same bytes', (_id, vector) => {
    const bytes = Buffer.from(vector.hex, 'hex');
    const security = securityOf(vector);
    if (isOldLzw(vector)) {
      const inner = decompress(bytes.subarray(5), 1_000_000);
      expect(reencodePacket(inner).equals(inner)).toBe(true);
      return;
    }
    const {messages, problem} = decodePacket(bytes, security, 8301);
    const isAbbreviated = vector.id.startsWith('lzw_') || /^(compressed|crc_compressed)$/.test(vector.id);
    if (!isAbbreviated) expect(problem).toBeNull();
    if (!isAbbreviated) expect(messages.length).toBeGreaterThan(0);
    if (security.keyring === null && security.label === '') {
      expect(reencodePacket(bytes).toString('hex')).toBe(vector.hex);
    } else if (security.keyring !== null && bytes[0] === 1) {
      const plainHex = vector.decoded['plain_hex'];
      if (typeof plainHex === 'string' && vector.key_hex !== undefined) {
        const sealed = seal(Buffer.from(vector.key_hex, 'hex'), bytes.subarray(1, 13), Buffer.from(plainHex, 'hex'), Buffer.alloc(0));
        expect(sealed.toString('hex')).toBe(vector.hex);
      }
    }
  });
});

describe('streams of the reference implementations', () => {
  test.each(all.filter((v) => v.layer === 'stream').map((v) => [v.id, v] as const))('%s decodes, and encodes to the same bytes', (_id, vector) => {
    const bytes = Buffer.from(vector.hex, 'hex');
    const message = decodeStream(bytes, securityOf(vector), 8301);
    expect(message).not.toBeNull();
    if (message === null) return;
    const body = encodeStreamBody(message);
    if (isOldLzw(vector)) expect(body.equals(decompress(bytes, 1_000_000))).toBe(true);
    else if (bytes[0] === 9) expect(compress(body).toString('hex')).toBe(vector.hex);
    else if (bytes[0] !== 10) expect(body.toString('hex')).toBe(vector.hex);
    for (let cut = 0; cut < Math.min(bytes.length, 64); cut++) {
      expect(decodeStream(bytes.subarray(0, cut), securityOf(vector), 8301)).toBeNull();
    }
  });
});

describe('other layers', () => {
  const layers = ['serf', 'query-payload', 'query-response-payload'];
  test.each(all.filter((v) => layers.includes(v.layer)).map((v) => [v.id, v] as const))('%s encodes to the same bytes', (_id, vector) => {
    expect(reencodeSerf(Buffer.from(vector.hex, 'hex')).toString('hex')).toBe(vector.hex);
  });

  test.each(all.filter((v) => v.layer === 'meta').map((v) => [v.id, v] as const))('tags %s', (_id, vector) => {
    const bytes = Buffer.from(vector.hex, 'hex');
    expect(TagMap.toMsgpack(TagMap.fromMsgpack(bytes, 1), {typeByte: 0xff}).toString('hex')).toBe(vector.hex);
  });

  test.each(all.filter((v) => v.layer === 'serf-filter').map((v) => [v.id, v] as const))('filter %s', (_id, vector) => {
    const bytes = Buffer.from(vector.hex, 'hex');
    const again = bytes[0] === 0 ? NodeFilter.toMsgpack(NodeFilter.fromMsgpack(bytes, 1), {typeByte: 0})
      : TagFilter.toMsgpack(TagFilter.fromMsgpack(bytes, 1), {typeByte: 1});
    expect(again.toString('hex')).toBe(vector.hex);
  });

  test('compressed vectors unpack to their plain bytes', () => {
    for (const vector of all) {
      const plainHex = vector.decoded['plain_hex'];
      if (vector.layer !== 'compress' || typeof plainHex !== 'string') continue;
      expect(decompress(Buffer.from(vector.hex, 'hex'), 1_000_000).toString('hex')).toBe(plainHex);
      expect(compress(Buffer.from(plainHex, 'hex')).toString('hex')).toBe(vector.hex);
    }
  });
});

test('LZW gives back what it packed, whatever that is', () => {
  const random = seededRandom(7);
  for (const size of [0, 1, 2, 300, 5000, 70_000]) {
    const text = Buffer.from(random.bytes(size)).map((byte) => (size % 2 === 0 ? byte & 3 : byte));
    expect(lzwDecompress(lzwCompress(text), 100_000).equals(text)).toBe(true);
  }
});

test('numbers scale as in the reference', () => {
  for (const row of vectors.numeric.scaling) {
    const n = row['n'] ?? 0;
    expect(retransmitLimit(4, n)).toBe(row['retransmit_limit_mult4']);
    expect(suspicionMinMs(4, n, 1000)).toBe(row['suspicion_min_ms_lan']);
    expect(suspicionMinMs(6, n, 5000)).toBe(row['suspicion_min_ms_wan']);
    expect(pushPullIntervalMs(30_000, n)).toBe(row['pushpull_ms_lan']);
  }
  for (const row of vectors.numeric.suspicion_remaining) {
    const left = suspicionRemainingMs(row['confirmations'] ?? 0, row['k'] ?? 0, row['elapsed_ms'] ?? 0, row['min_ms'] ?? 0, row['max_ms'] ?? 0);
    expect(left).toBe(row['remaining_ms']);
  }
});

test('Vivaldi moves as in the reference, to the last bit', () => {
  const {start, other, steps} = vectors.numeric.vivaldi;
  const client = new VivaldiClient();
  client.coordinate = Coordinate.make(start);
  for (const step of steps) {
    client.update('o', other, step.rtt_ms, seededRandom(1));
    expect(client.coordinate).toEqual(step.after);
    expect(coordinateDistanceNs(client.coordinate, other)).toBe(step.distance_ns);
  }
});
