import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {PassThrough} from 'node:stream';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {readFirstByte} from '../../../src/rpc/net/first-byte.ts';
import {type ConnectionHandler} from '../../../src/rpc/net/rpc-listener.ts';
import {echo, pool, type Served, serve} from './served.ts';

function open({target}: Served, first: Buffer): Socket {
  const [host, port] = target.address.split(':');
  const socket = connect({host: host ?? '', port: Number(port)});
  socket.on('error', () => undefined);
  socket.write(first);
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

describe('the first byte', () => {
  test('names the handler, which gets all that follows', async () => {
    const got = new Promise<string>((resolve) => void handlers.set(5, (stream) => {
      stream.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    }));
    const socket = open(await serve(echo, {handlers}), Buffer.from('\x05rest of it'));
    expect(await got).toBe('rest of it');
    socket.destroy();
  });
  const handlers = new Map<number, ConnectionHandler>();

  test.each([2, 3, 6, 7, 8, 10, 22, 255])('%d is closed without an answer where nothing serves it', async (byte) => {
    const socket = open(await serve(echo), Buffer.from([byte]));
    const got: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => got.push(chunk));
    await closed(socket);
    expect(got).toEqual([]);
  });

  test('that does not come in time closes the connection', async () => {
    const socket = open(await serve(echo, {handshakeTimeoutMs: 5}), Buffer.alloc(0));
    await closed(socket);
  });

  test('is not taken from a plain connection where TLS is demanded', async () => {
    const tls = {isRequired: true, mayBeServer: () => true, accept: () => Promise.reject(new Error('no handshake'))};
    const socket = open(await serve(echo, {tls}), Buffer.from([0, 0x80]));
    await closed(socket);
  });

  test('after a TLS handshake is read again inside, and may not be TLS once more', async () => {
    for (const inner of [0, 3]) {
      const inside = new PassThrough();
      const reached = Promise.withResolvers<string>();
      inside.on('close', () => reached.resolve('closed'));
      const served = await serve(echo, {
        tls: {isRequired: true, mayBeServer: () => true, accept: () => Promise.resolve(inside)},
        handlers: new Map([[0, (_stream, peer) => reached.resolve(peer.isEncrypted ? 'served, encrypted' : 'served')]]),
      });
      inside.write(Buffer.from([inner]));
      const socket = open(served, Buffer.from([3]));
      expect(await reached.promise).toBe(inner === 0 ? 'served, encrypted' : 'closed');
      socket.destroy();
    }
  });

  test('of a stream that ends is undefined', async () => {
    const stream = new PassThrough();
    stream.end();
    expect(await readFirstByte(stream)).toBeUndefined();
  });
});

test('connections of one address are limited', async () => {
  const served = await serve(echo, {connectionsPerClientMax: 2});
  const kept = [open(served, Buffer.from([4])), open(served, Buffer.from([4]))];
  await Promise.all(kept.map((socket) => once(socket, 'connect')));
  await closed(open(served, Buffer.from([4])));
  const [first] = kept;
  first?.destroy();
  while (served.listener.connectionCount > 1) await new Promise((resolve) => setImmediate(resolve));
  expect(await pool().callRaw(served.target, 'Test.Echo', Buffer.from([1]), {timeoutMs: 5000})).toEqual(Buffer.from([1]));
  for (const socket of kept) socket.destroy();
});

test('hostile bytes on any connection end that connection and nothing else', async () => {
  const served = await serve(echo, {connectionsPerClientMax: 10_000});
  await fc.assert(fc.asyncProperty(fc.constantFrom(0, 4), fc.uint8Array({minLength: 1, maxLength: 200}), async (byte, junk) => {
    const socket = open(served, Buffer.concat([Buffer.from([byte]), junk]));
    socket.end();
    await closed(socket);
  }), {numRuns: 100});
  expect(await pool().callRaw(served.target, 'Test.Echo', Buffer.from([1]), {timeoutMs: 5000})).toEqual(Buffer.from([1]));
});
