import {afterEach, expect, test} from 'vitest';
import {addressBytes} from '../../src/gossip/endpoint.ts';
import {streamBytesMax} from '../../src/gossip/limits.ts';
import {encodeTags} from '../../src/gossip/serf/tags.ts';
import {messageTypeByte} from '../../src/gossip/swim/messages.ts';
import {compress} from '../../src/gossip/wire/compress.ts';
import {Keyring} from '../../src/gossip/wire/keyring.ts';
import {withChecksum} from '../../src/gossip/wire/packet-codec.ts';
import {seal} from '../../src/gossip/wire/packet-cipher.ts';
import {encodeStream} from '../../src/gossip/wire/stream-codec.ts';
import {encodeSwimMessage} from '../../src/gossip/wire/swim-codec.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {LonePool, stranger} from './lone-pool.ts';

const key = Buffer.alloc(16, 1);
const random = seededRandom(1);
const times = 1000;
const vsn = '\x01\x05\x02\x02\x05\x04';
let pool: LonePool;

afterEach(() => pool.close());

function alive(name: string, tags: Record<string, string> = {}): Uint8Array {
  return encodeSwimMessage({type: 'alive', body: {Addr: stranger.addr, Incarnation: 1, Meta: encodeTags(tags), Node: name, Port: stranger.port, Vsn: vsn}}).bytes;
}

function complaints(): readonly string[] {
  return pool.log.filter((line) => !line.includes('EventMemberJoin: self'));
}

test('a thousand packets with a wrong key are one line', async () => {
  pool = await LonePool.open({keyring: new Keyring([key])});
  for (let i = 0; i < times; i++) pool.datagram(seal(Buffer.alloc(16, 2), random.bytes(12), alive('other'), new Uint8Array(0)));
  expect(complaints()).toEqual(['memberlist: No installed keys could decrypt the message from=127.0.0.99:8301']);
});

test('the line comes again after a minute', async () => {
  pool = await LonePool.open({keyring: new Keyring([key])});
  for (let minute = 0; minute < 3; minute++) {
    for (let i = 0; i < 10; i++) pool.datagram(alive('other'));
    pool.clock.advance(60_000);
  }
  expect(complaints()).toHaveLength(3);
});

test('a thousand packets of another datacenter are one line', async () => {
  pool = await LonePool.open({mergeCheck: ([candidate]) => (candidate?.tags['dc'] === 'dc1' ? null : `Member '${candidate?.name}' part of wrong datacenter '${candidate?.tags['dc']}'`)});
  for (let i = 0; i < times; i++) pool.datagram(alive('other', {dc: 'dc2'}));
  expect(complaints()).toEqual(["memberlist: ignoring alive message for 'other': Member 'other' part of wrong datacenter 'dc2'"]);
  expect(pool.members).toEqual(['self']);
});

test('a hundred joins of another datacenter are one line', async () => {
  pool = await LonePool.open({mergeCheck: () => "Member 'other' part of wrong datacenter 'dc2'"});
  const state = {join: true, userState: new Uint8Array(0), nodes: [{Addr: stranger.addr, Incarnation: 1, Meta: encodeTags({dc: 'dc2'}), Name: 'other', Port: 8301, State: 0, Vsn: vsn}]};
  for (let i = 0; i < 100; i++) await pool.stream([encodeStream({type: 'push-pull', state}, {keyring: null, verifyIncoming: true, verifyOutgoing: true, label: ''}, random)]);
  expect(complaints()).toEqual(["memberlist: Failed push/pull merge: Member 'other' part of wrong datacenter 'dc2' from=127.0.0.99:8301"]);
});

test('packets that blow up beyond the limit are one line, and cost no memory', async () => {
  pool = await LonePool.open();
  const bomb = compress(Buffer.alloc(4_000_000));
  expect(bomb.length).toBeLessThan(60_000);
  for (let i = 0; i < 20; i++) pool.datagram(bomb);
  expect(complaints()).toHaveLength(1);
  expect(complaints()[0]).toMatch(/memberlist: .* from=127\.0\.0\.99:8301/);
});

test('streams that announce more than the limit are one line', async () => {
  pool = await LonePool.open({keyring: new Keyring([key])});
  const header = Buffer.alloc(5);
  header[0] = messageTypeByte.encrypt;
  header.writeUInt32BE(streamBytesMax + 1, 1);
  for (let i = 0; i < 100; i++) await pool.stream([header]);
  expect(complaints()).toEqual([`memberlist: failed to receive: Remote node state is larger than limit (${streamBytesMax + 1}) from=127.0.0.99:8301`]);
});

test('wrong checksums are one line, though each has other numbers', async () => {
  pool = await LonePool.open();
  for (let i = 0; i < times; i++) {
    const packet = withChecksum(alive(`other-${i}`));
    packet[1] = (packet[1] ?? 0) ^ 1;
    pool.datagram(packet);
  }
  expect(complaints()).toHaveLength(1);
  expect(complaints()[0]).toMatch(/^memberlist: Got invalid checksum for UDP packet: /);
});

test('what comes from everywhere is told of twenty times a minute, and then that it is told no more', async () => {
  pool = await LonePool.open({keyring: new Keyring([key])});
  for (let i = 0; i < times; i++) pool.datagram(alive('other'), {addr: addressBytes(`127.1.${i >> 8}.${i & 0xff}`) ?? '', port: 8301});
  expect(complaints()).toHaveLength(20);
  expect(complaints().at(-1)).toContain('(further complaints about packets and peers are held back for a minute)');
});
