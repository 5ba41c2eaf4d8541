import fc from 'fast-check';
import {expect, test} from 'vitest';
import {RpcCallError} from '../../../src/rpc/net/rpc-error.ts';
import {EMPTY_BODY, responseBytes} from '../../../src/rpc/net/rpc-messages.ts';
import {controlFrame, frameFlag, frameType} from '../../../src/wire/yamux/frame.ts';
import {pool, serve} from './served.ts';

/** A Data frame of the first stream. */
function data(payload: Uint8Array): Buffer {
  return Buffer.concat([controlFrame(frameType.data, frameFlag.ack, 1, payload.length), payload]);
}

test('whatever a server sends, a call ends with an answer or an error, and the client goes on', async () => {
  const answer = responseBytes({Error: '', Seq: 1n, ServiceMethod: 'Test.Any'}, EMPTY_BODY);
  const damaged = fc.tuple(fc.nat(answer.length - 1), fc.nat(255)).map(([at, byte]) => {
    const bytes = Buffer.from(answer);
    bytes[at] = byte;
    return data(bytes);
  });
  const sent = fc.oneof(damaged, fc.uint8Array({maxLength: 40}).map(data), fc.uint8Array({maxLength: 40}), fc.constant(Buffer.concat([data(answer), data(answer)])));
  let bytes: Uint8Array = new Uint8Array();
  const {target} = await serve(() => Promise.resolve(EMPTY_BODY), {
    connectionsPerClientMax: 10_000,
    handlers: new Map([[4, (stream) => void stream.once('data', () => stream.end(bytes))]]),
  });
  const client = pool();
  await fc.assert(fc.asyncProperty(sent, async (next) => {
    bytes = next;
    const outcome: unknown = await client.callRaw(target, 'Test.Any', EMPTY_BODY, {timeoutMs: 5000}).catch((error: unknown) => error);
    expect(Buffer.isBuffer(outcome) || outcome instanceof RpcCallError).toBe(true);
  }), {numRuns: 100});
});

test('an answer to another request is no answer', async () => {
  const {target} = await serve(() => Promise.resolve(EMPTY_BODY), {
    handlers: new Map([[4, (stream) => void stream.once('data', () => {
      stream.write(data(responseBytes({Error: '', Seq: 0n, ServiceMethod: 'Test.Any'}, EMPTY_BODY)));
    })]]),
  });
  await expect(pool().callRaw(target, 'Test.Any', EMPTY_BODY, {timeoutMs: 5000})).rejects.toThrow('rpc error making call: an answer to another request');
});
