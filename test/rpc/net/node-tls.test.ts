import {connect} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {describe, expect, test} from 'vitest';
import {ConnectionPool} from '../../../src/rpc/net/connection-pool.ts';
import {type Dial, dialer, type DialTarget} from '../../../src/rpc/net/dial.ts';
import {type NodeTls} from '../../../src/rpc/net/node-tls.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {closeAfterTest, echo, pool, serve} from './served.ts';
import {tls} from './test-tls.ts';

function poolWith(outgoing: NodeTls): ConnectionPool {
  const made = new ConnectionPool({dial: dialer({clock: systemClock, tls: outgoing}), clock: systemClock});
  closeAfterTest(() => Promise.resolve(made.close()));
  return made;
}

const call = (client: ConnectionPool, target: DialTarget): Promise<Buffer> => client.callRaw(target, 'Test.Echo', Buffer.from([1]), {timeoutMs: 5000});

describe('calls over TLS', () => {
  test('pass between agents of one authority, and large bodies too', async () => {
    const {target} = await serve(echo, {tls: tls('server')});
    const client = poolWith(tls('client'));
    expect(await call(client, target)).toEqual(Buffer.from([1]));
    const large = Buffer.concat([Buffer.from([0xdb, 0, 0x20, 0, 0]), Buffer.alloc(0x200000, 97)]);
    expect((await client.callRaw(target, 'Test.Echo', large, {timeoutMs: 5000})).equals(large)).toBe(true);
  });

  test('are refused to clients without TLS, or of another authority, where these are verified', async () => {
    const {target} = await serve(echo, {tls: tls('server')});
    await expect(call(pool(), target)).rejects.toMatchObject({failure: 'broken'});
    await expect(call(poolWith(tls('stranger')), target)).rejects.toThrow('rpc error');
  });

  test('and plain ones go to the same port where clients are not verified', async () => {
    const {target} = await serve(echo, {tls: tls('server', {verifyIncoming: false})});
    expect(await call(pool(), target)).toEqual(Buffer.from([1]));
    expect(await call(poolWith(tls('stranger')), target)).toEqual(Buffer.from([1]));
  });

  test('do not go to a server of another authority, nor to one of another name', async () => {
    const {target: stranger} = await serve(echo, {tls: tls('stranger', {verifyIncoming: false})});
    await expect(call(poolWith(tls('client')), stranger)).rejects.toMatchObject({failure: 'dial'});
    const {target: misnamed} = await serve(echo, {tls: tls('client')});
    await expect(call(poolWith(tls('client')), misnamed)).rejects.toMatchObject({failure: 'dial'});
    expect(await call(poolWith(tls('client', {verifyServerHostname: false})), misnamed)).toEqual(Buffer.from([1]));
  });
});

test('byte 7 asks for no certificate, and is handed on without a first byte inside', async () => {
  const reached = Promise.withResolvers<string>();
  const {target} = await serve(echo, {tls: tls('server'), handlers: new Map([[7, (stream) => stream.once('data', (chunk: Buffer) => reached.resolve(chunk.toString()))]])});
  const [host = '', port = ''] = target.address.split(':');
  const socket = connect({host, port: Number(port)});
  socket.write(Uint8Array.of(7));
  const stream = connectTls({socket, rejectUnauthorized: false});
  stream.write('a call');
  expect(await reached.promise).toBe('a call');
  stream.destroy();
});

test('Raft is spoken with servers of the datacenter only', async () => {
  const reached = Promise.withResolvers<string>();
  const {target} = await serve(echo, {tls: tls('server'), handlers: new Map([[1, () => reached.resolve('a server')]])});
  const dial = (name: 'server' | 'client'): ReturnType<Dial> => dialer({clock: systemClock, tls: tls(name)})(target, 1);
  const refused = await dial('client');
  refused.resume();
  await new Promise((resolve) => refused.once('close', resolve));
  const stream = await dial('server');
  expect(await reached.promise).toBe('a server');
  stream.destroy();
});
