import {once} from 'node:events';
import {connect} from 'node:net';
import {describe, expect, test} from 'vitest';
import {ConsulError} from '../../../src/consul-error.ts';
import {type Method} from '../../../src/rpc/method.ts';
import {type IncomingCall} from '../../../src/rpc/net/rpc-service.ts';
import {isRetryable, RpcCallError, RpcRejectedError} from '../../../src/rpc/net/rpc-error.ts';
import {bytes} from '../../../src/schema/types.ts';
import {controlFrame, frameFlag, frameType} from '../../../src/wire/yamux/frame.ts';
import {vectors} from '../vectors.ts';
import {echo, pool, serve} from './served.ts';

const echoMethod: Method<string, string> = {name: 'Test.Echo', kind: 'local', request: bytes, response: bytes};
const soon = {timeoutMs: 10_000};

/** A call that is answered when the test says so. */
class Gate {
  readonly calls: IncomingCall[] = [];
  readonly #openers: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  readonly answer = async (call: IncomingCall): Promise<Buffer> => {
    this.calls.push(call);
    for (const resolve of this.#waiting.splice(0)) resolve();
    await new Promise<void>((resolve) => this.#openers.push(resolve));
    return call.body;
  };

  async hasCalls(count: number): Promise<void> {
    while (this.calls.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    for (const open of this.#openers.splice(0)) open();
  }
}

describe('calls', () => {
  test('many calls at once share one connection, and each gets its own answer', async () => {
    const {target, listener} = await serve(echo);
    const client = pool();
    const texts = Array.from({length: 500}, (_, at) => `call ${at} `.repeat(at));
    expect(await Promise.all(texts.map((text) => client.call(target, echoMethod, text, soon)))).toEqual(texts);
    expect([client.connectionCount, listener.connectionCount]).toEqual([1, 1]);
  });

  test('bodies larger than the window pass both ways', async () => {
    const {target} = await serve(echo);
    const large = 'x'.repeat(5_000_000);
    const answers = await Promise.all([1, 2, 3].map(() => pool().call(target, echoMethod, large, soon)));
    expect(answers.every((answer) => answer === large)).toBe(true);
  });

  test('raw bodies pass byte by byte', async () => {
    const {target} = await serve(echo);
    const body = Buffer.from('82a17801a179d903616263', 'hex');
    expect(await pool().callRaw(target, 'Any.Thing', body, soon)).toEqual(body);
  });

  test('a call that waits does not hold up others', async () => {
    const gate = new Gate();
    const {target} = await serve((call) => (call.method === 'Test.Wait' ? gate.answer(call) : echo(call)));
    const client = pool();
    const waiting = client.callRaw(target, 'Test.Wait', Buffer.from([1]), soon);
    await gate.hasCalls(1);
    expect(await client.callRaw(target, 'Test.Echo', Buffer.from([2]), soon)).toEqual(Buffer.from([2]));
    gate.open();
    expect(await waiting).toEqual(Buffer.from([1]));
  });

  test('the captured calls of real agents are read, and answered with the same bytes', async () => {
    for (const {requestHeaderHex, requestBodyHex, responseHeaderHex, responseBodyHex, error} of [...vectors.rpc, ...vectors.rpc_errors]) {
      const {target} = await serve(() => (error === '' ? Promise.resolve(Buffer.from(responseBodyHex, 'hex')) : Promise.reject(new ConsulError(error))));
      const [host, port] = target.address.split(':');
      const socket = connect({host: host ?? '', port: Number(port)});
      socket.write(Buffer.from(`00${requestHeaderHex}${requestBodyHex}`, 'hex'));
      const wanted = Buffer.from(responseHeaderHex + responseBodyHex, 'hex');
      let got = Buffer.alloc(0);
      while (got.length < wanted.length) got = Buffer.concat([got, ...((await once(socket, 'data')) as Buffer[])]);
      expect(got.toString('hex')).toBe(wanted.toString('hex'));
      socket.destroy();
    }
  });
});

describe('failures', () => {
  test('an error of the handler comes back with one prefix', async () => {
    const {target} = await serve(() => Promise.reject(new ConsulError('Permission denied')));
    const error = await pool().callRaw(target, 'KVS.Get', Buffer.from([0x80]), soon).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RpcCallError);
    expect(error).toMatchObject({message: 'rpc error making call: Permission denied', failure: 'remote'});
  });

  test('after a refused request the connection serves the next', async () => {
    const {target} = await serve((call) => (call.method === 'No.Such' ? Promise.reject(new RpcRejectedError("rpc: can't find service No.Such")) : echo(call)));
    const client = pool();
    await expect(client.callRaw(target, 'No.Such', Buffer.from([0x80]), soon)).rejects.toThrow("rpc error making call: rpc: can't find service No.Such");
    expect(await client.callRaw(target, 'Test.Echo', Buffer.from([7]), soon)).toEqual(Buffer.from([7]));
    expect(client.connectionCount).toBe(1);
  });

  test('a server that cannot be reached', async () => {
    const {target, listener} = await serve(echo);
    await listener.close();
    await expect(pool().callRaw(target, 'Status.Ping', Buffer.from([0x80]), soon)).rejects
      .toThrow(`rpc error getting client: failed to get conn: dial tcp <nil>->${target.address}: connect: connection refused`);
  });

  test('a connection that breaks under a call: a read may be tried again, a write not', async () => {
    const gate = new Gate();
    const {target, listener} = await serve(gate.answer);
    const client = pool();
    const call = client.callRaw(target, 'KVS.Get', Buffer.from([0x80]), soon).catch((e: unknown) => e);
    await gate.hasCalls(1);
    await listener.close();
    const error = await call;
    expect(error).toMatchObject({message: 'rpc error making call: EOF', failure: 'broken'});
    expect([isRetryable(error, true), isRetryable(error, false)]).toEqual([true, false]);
    expect(isRetryable(new ConsulError('rpc error making call: No cluster leader'), false)).toBe(true);
    expect(client.connectionCount).toBe(0);
  });

  test('a call without an answer in time fails, and the server sees that nobody waits', async () => {
    const gate = new Gate();
    const {target} = await serve(gate.answer);
    await expect(pool().callRaw(target, 'KVS.Get', Buffer.from([0x80]), {timeoutMs: 20})).rejects.toMatchObject({failure: 'timeout'});
    const [call] = gate.calls;
    if (call?.signal.aborted === false) await once(call.signal, 'abort');
    expect(call?.signal.aborted).toBe(true);
  });

  test('a caller that gives up ends its call at once', async () => {
    const gate = new Gate();
    const {target} = await serve(gate.answer);
    const giveUp = new AbortController();
    const call = pool().callRaw(target, 'KVS.Get', Buffer.from([0x80]), {...soon, signal: giveUp.signal});
    await gate.hasCalls(1);
    giveUp.abort();
    await expect(call).rejects.toMatchObject({failure: 'aborted', message: 'rpc error making call: context canceled'});
  });

  test('an answer that is no msgpack is an error', async () => {
    const {target} = await serve(() => Promise.resolve(Buffer.from([0xc1])));
    await expect(pool().callRaw(target, 'KVS.Get', Buffer.from([0x80]), soon)).rejects.toMatchObject({failure: 'broken'});
  });

  test('a request over the limit ends its stream only', async () => {
    const {target} = await serve(echo, {}, {requestBytesMax: 1000});
    const client = pool();
    await expect(client.call(target, echoMethod, 'x'.repeat(2000), soon)).rejects.toMatchObject({failure: 'broken'});
    expect(await client.call(target, echoMethod, 'y', soon)).toBe('y');
  });
});

describe('ends', () => {
  test('a server that closes answers what is under way, and then ends', async () => {
    const gate = new Gate();
    const {target, server} = await serve(gate.answer);
    const call = pool().callRaw(target, 'KVS.Apply', Buffer.from([3]), soon);
    await gate.hasCalls(1);
    const closed = server.close();
    gate.open();
    expect(await call).toEqual(Buffer.from([3]));
    await closed;
    expect(server.busyCount).toBe(0);
  });

  test('a server that closes ends blocking queries at once, so that they are asked of another', async () => {
    const reached = Promise.withResolvers<void>();
    const {target, server} = await serve(({signal}) => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new ConsulError('context canceled')));
      reached.resolve();
    }));
    const call = pool().callRaw(target, 'KVS.Get', Buffer.from([0x80]), soon).catch((e: unknown) => e);
    await reached.promise;
    await server.close();
    expect(isRetryable(await call, true)).toBe(true);
  });

  test('a stream that the server opens is refused, and the connection goes on', async () => {
    const {target} = await serve(echo, {handlers: new Map([[4, (stream) => void stream.write(controlFrame(frameType.windowUpdate, frameFlag.syn, 2, 0))]])});
    await expect(pool().callRaw(target, 'Test.Echo', Buffer.from([1]), {timeoutMs: 50})).rejects.toMatchObject({failure: 'timeout'});
  });

  test('a connection without calls is closed after its time', async () => {
    const {target, listener} = await serve(echo);
    const client = pool(10);
    await client.callRaw(target, 'Test.Echo', Buffer.from([1]), soon);
    expect(listener.connectionCount).toBe(1);
    while (client.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
