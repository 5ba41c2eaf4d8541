import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {readStreamMessage} from '../../src/gossip/read-stream-message.ts';
import {encodeStream, encodeStreamBody} from '../../src/gossip/wire/stream-codec.ts';
import {type PushNodeState} from '../../src/gossip/swim/messages.ts';
import {Keyring} from '../../src/gossip/wire/keyring.ts';
import {type WireSecurity} from '../../src/gossip/wire/wire-security.ts';
import {type Clock} from '../../src/runtime/clock.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

const plain: WireSecurity = {keyring: null, verifyIncoming: true, verifyOutgoing: true, label: ''};
const sealed: WireSecurity = {...plain, keyring: new Keyring([Buffer.alloc(32, 1)])};

function state(count: number) {
  const nodes: PushNodeState[] = Array.from({length: count}, (_, i) => (
    {Addr: '\x7f\0\0\x01', Incarnation: 1, Meta: 'm'.repeat(200), Name: `node-${i}`, Port: 8301, State: 0, Vsn: '\x01\x05\x02\x02\x05\x04'}));
  return {type: 'push-pull' as const, state: {join: true, nodes, userState: new Uint8Array(0)}};
}

function reading(security: WireSecurity, clock: Clock = systemClock) {
  const socket = new PassThrough();
  return {socket, message: readStreamMessage(socket, security, 8301, 10_000, clock)};
}

test.each([['plain', plain], ['encrypted', sealed]])('a message in single bytes is read when its last has come, with the stream still open: %s', async (_, security) => {
  const {socket, message} = reading(security);
  for (const byte of encodeStream(state(3), security, seededRandom(1))) socket.write(Uint8Array.of(byte));
  expect(await message).toMatchObject({type: 'push-pull', state: {join: true}});
});

test('a long message that comes slowly is not read over and over', async () => {
  const bytes = encodeStreamBody(state(20_000));
  const {socket, message} = reading(plain);
  const half = bytes.length / 2;
  socket.write(bytes.subarray(0, half));
  const busy = process.cpuUsage();
  for (let at = half; at < half + 2000; at++) {
    socket.write(bytes.subarray(at, at + 1));
    await new Promise(setImmediate);
  }
  const used = process.cpuUsage(busy);
  // Read anew at every byte it would be minutes.
  expect(used.user + used.system).toBeLessThan(20_000_000);
  socket.write(bytes.subarray(half + 2000));
  expect(await message).toMatchObject({type: 'push-pull'});
});

test('a stream that ends early says so', async () => {
  const {socket, message} = reading(plain);
  socket.end(encodeStream(state(3), plain, seededRandom(1)).subarray(0, 40));
  await expect(message).rejects.toThrow('EOF');
});

test('a stream that says nothing is given up in time', async () => {
  const clock = new SimulatedClock();
  const {message} = reading(plain, clock);
  clock.advance(10_000);
  await expect(message).rejects.toThrow('i/o timeout');
});
