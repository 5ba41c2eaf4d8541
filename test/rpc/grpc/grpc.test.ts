import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {describe, expect, test} from 'vitest';
import fc from 'fast-check';
import {grpcFrame, GrpcFramer} from '../../../src/rpc/grpc/grpc-frames.ts';
import {type GrpcCall} from '../../../src/rpc/grpc/grpc-server.ts';
import {GrpcError, percentDecoded, percentEncoded} from '../../../src/rpc/grpc/grpc-status.ts';
import {closeAfterTest} from '../net/served.ts';
import {tls} from '../net/test-tls.ts';
import {grpcPool, serveGrpc} from './served-grpc.ts';

describe('a call over port 8300', () => {
  test('is answered with any number of messages, however large', async () => {
    const large = Buffer.alloc(3_000_000, 7);
    const {target} = await serveGrpc({
      '/t.Echo/Twice': async (request, call) => {
        await call.send(grpcFrame(request));
        await call.send(Buffer.concat([grpcFrame(large), grpcFrame(Buffer.from(String(call.metadata['x-consul-token'])))]));
      },
    });
    const connection = await grpcPool().connection(target);
    const messages: Buffer[] = [];
    await connection.call('/t.Echo/Twice', Buffer.from('hello'), {metadata: {'x-consul-token': 'secret'}, onMessage: (message) => void messages.push(message)});
    expect(messages.map((message) => message.length)).toEqual([5, large.length, 6]);
    expect(String(messages[0])).toBe('hello');
    expect(messages[1]?.equals(large)).toBe(true);
    expect(String(messages[2])).toBe('secret');
  });

  test('ends with the status of its method, before or after messages', async () => {
    const {target} = await serveGrpc({
      '/t.Bad/Early': () => Promise.reject(new GrpcError(10, 'begin anew: 100 %, ürgently')),
      '/t.Bad/Late': async (_, call) => {
        await call.send(grpcFrame(Buffer.from('one')));
        throw new GrpcError(3, 'enough');
      },
      '/t.Bad/Crash': () => Promise.reject(new Error('a fault of ours')),
    });
    const connection = await grpcPool().connection(target);
    const call = (path: string): Promise<Buffer> => connection.unary(path, Buffer.alloc(0));
    await expect(call('/t.Bad/Early')).rejects.toThrow('rpc error: code = Aborted desc = begin anew: 100 %, ürgently');
    await expect(call('/t.Bad/Late')).rejects.toMatchObject({code: 3, description: 'enough'});
    await expect(call('/t.Bad/Crash')).rejects.toThrow('rpc error: code = Unknown desc = a fault of ours');
  });

  test('of something that nobody serves says so in the words of Go', async () => {
    const {target} = await serveGrpc({'/t.Some/Method': () => Promise.resolve()});
    const connection = await grpcPool().connection(target);
    const refused = (path: string): Promise<void> => connection.call(path, Buffer.alloc(0), {onMessage: () => undefined});
    await expect(refused('/t.Other/Method')).rejects.toThrow('rpc error: code = Unimplemented desc = unknown service t.Other');
    await expect(refused('/t.Some/Other')).rejects.toThrow('rpc error: code = Unimplemented desc = unknown method Other for service t.Some');
    await expect(refused('/t')).rejects.toThrow('rpc error: code = Unimplemented desc = malformed method name: "/t"');
    await expect(connection.unary('/t.Some/Method', Buffer.alloc(0))).rejects.toThrow('without an answer');
  });

  test('is told when its caller goes', async () => {
    let served: GrpcCall | undefined;
    const {promise, resolve: began} = Promise.withResolvers<void>();
    const {target} = await serveGrpc({
      '/t.Wait/Long': async (_, call) => {
        served = call;
        await call.send(grpcFrame(Buffer.from('begun')));
        await once(call.signal, 'abort');
      },
    });
    const connection = await grpcPool().connection(target);
    const caller = new AbortController();
    const call = connection.call('/t.Wait/Long', Buffer.alloc(0), {signal: caller.signal, onMessage: () => began()});
    await promise;
    caller.abort();
    await expect(call).rejects.toThrow('rpc error: code = Canceled desc = context canceled');
    if (served?.signal.aborted === false) await once(served.signal, 'abort');
    await expect(served?.send(Buffer.alloc(1))).rejects.toThrow('Canceled');
  });

  test('waits for a reader that is slow', async () => {
    const piece = grpcFrame(Buffer.alloc(512 * 1024));
    let sent = 0;
    const {target} = await serveGrpc({
      '/t.Much/All': async (_, call) => {
        for (; sent < 64 && !call.signal.aborted; sent++) await call.send(piece);
      },
    });
    const connection = await grpcPool().connection(target);
    const {promise: taken, resolve: take} = Promise.withResolvers<void>();
    let received = 0;
    let sentWhileWaiting = 0;
    const call = connection.call('/t.Much/All', Buffer.alloc(0), {onMessage: () => (received++ === 0 ? taken : undefined)});
    // What is under way fits the windows; a server that went on would send all of it.
    for (let round = 0; round < 200; round++) {
      await connection.unary('/t.Nothing/There', Buffer.alloc(0)).catch(() => undefined);
      sentWhileWaiting = sent;
    }
    expect(sentWhileWaiting).toBeLessThan(40);
    take();
    await call;
    expect(received).toBe(64);
  });

  test('fails when the server goes, and the next one finds it again', async () => {
    const {target, server} = await serveGrpc({
      '/t.Wait/Long': async (_, call) => {
        await call.send(grpcFrame(Buffer.from('begun')));
        await once(call.signal, 'abort');
      },
    });
    const pool = grpcPool();
    const connection = await pool.connection(target);
    expect(await pool.connection(target)).toBe(connection);
    const call = connection.call('/t.Wait/Long', Buffer.alloc(0), {onMessage: () => server.close()});
    await expect(call).rejects.toMatchObject({code: 14});
    while (connection.isOpen) await new Promise((resolve) => setImmediate(resolve));
    expect(await pool.connection(target)).not.toBe(connection);
  });
});

test('calls pass over TLS, from the first moment of a connection on', async () => {
  const {target} = await serveGrpc({'/t.Echo/Once': (request, call) => call.send(grpcFrame(request))}, tls('server'));
  for (let connection = 0; connection < 20; connection++) {
    const pool = grpcPool(tls('client'));
    expect(String(await (await pool.connection(target)).unary('/t.Echo/Once', Buffer.from('hello')))).toBe('hello');
    pool.close();
  }
});

test('a server that closes the connection, as one of 1.8.7 does, is no gRPC server', async () => {
  const old = createServer((socket: Socket) => socket.once('data', () => socket.end()));
  old.listen(0, '127.0.0.1');
  await once(old, 'listening');
  closeAfterTest(() => new Promise((resolve) => old.close(() => resolve())));
  const address = `127.0.0.1:${(old.address() as AddressInfo).port}`;
  await expect(grpcPool().connection({address, datacenter: 'dc1', name: 'old'})).rejects.toMatchObject({code: 14});
});

test('a server that is not there is told with the reason', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const {port} = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  await expect(grpcPool().connection({address: `127.0.0.1:${port}`, datacenter: 'dc1', name: 'gone'})).rejects.toThrow(/transport: Error while dialing: dial tcp .*connection refused/);
});

describe('framing', () => {
  test('messages are found however their bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({maxLength: 300})), fc.array(fc.integer({min: 1, max: 100}), {minLength: 1}), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((message) => grpcFrame(message)));
        const framer = new GrpcFramer(1000);
        const found: Buffer[] = [];
        for (let at = 0, pieces = 0; at < bytes.length; pieces++) {
          const cut = cuts[pieces % cuts.length] ?? 1;
          found.push(...framer.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        expect(found.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
        expect(framer.isBetweenMessages).toBe(true);
      }),
    );
  });

  test('bytes that are no frames are an error, never more memory than allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({minLength: 1, maxLength: 50}), {maxLength: 30}), (chunks) => {
        const framer = new GrpcFramer(100);
        try {
          for (const chunk of chunks) for (const message of framer.push(Buffer.from(chunk))) expect(message.length).toBeLessThanOrEqual(100);
        } catch (error) {
          if (!(error instanceof GrpcError)) throw error;
        }
      }),
      {numRuns: 2000},
    );
  });

  test('a status text survives its header', () => {
    fc.assert(fc.property(fc.array(fc.nat(0xffff), {maxLength: 30}), (units) => {
      const text = String.fromCharCode(...units);
      const header = percentEncoded(text);
      return /^[\x20-\x7e]*$/.test(header) && percentDecoded(header) === Buffer.from(text).toString();
    }));
  });
});
