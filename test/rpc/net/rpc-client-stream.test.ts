import {beforeEach, expect, test} from 'vitest';
import {RpcClientStream} from '../../../src/rpc/net/rpc-client-stream.ts';
import {RequestHeader, responseBytes} from '../../../src/rpc/net/rpc-messages.ts';
import {YamuxStream} from '../../../src/rpc/net/yamux-stream.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {MsgpackFramer} from '../../../src/wire/msgpack-framer.ts';

const body = Buffer.from([0x80]);
let clock: SimulatedClock;
let sent: Buffer[];
let stream: YamuxStream;
let calls: RpcClientStream;

beforeEach(() => {
  clock = new SimulatedClock();
  sent = [];
  stream = new YamuxStream(1, {
    tryWrite: (_id, bytes) => sent.push(bytes) > 0,
    write: (_id, _bytes, done) => done(),
    finish: () => undefined,
    consumed: () => undefined,
    closed: () => undefined,
  });
  calls = new RpcClientStream(stream, clock);
});

/** Answers the call that was made last. */
function answer(): void {
  const framer = new MsgpackFramer();
  framer.push(sent.at(-1) ?? Buffer.alloc(0));
  const {Seq, ServiceMethod} = RequestHeader.fromMsgpack(framer.next() ?? Buffer.alloc(0));
  stream.deliver(responseBytes({Error: '', Seq, ServiceMethod}, body));
}

async function answered(timeoutMs: number): Promise<void> {
  const call = calls.call('Test.Any', body, {timeoutMs});
  answer();
  expect(await call).toEqual(body);
}

test('a short call after a long one on the same stream has its own time', async () => {
  await answered(60_000);
  clock.advance(10);
  const call = calls.call('Test.Any', body, {timeoutMs: 100});
  clock.advance(99);
  expect(calls.isIdle).toBe(false);
  clock.advance(1);
  await expect(call).rejects.toMatchObject({failure: 'timeout'});
});

test('a long call is not ended by the time of a short one before it', async () => {
  await answered(100);
  clock.advance(50);
  const call = calls.call('Test.Any', body, {timeoutMs: 1000});
  clock.advance(999);
  answer();
  expect(await call).toEqual(body);
  const late = calls.call('Test.Any', body, {timeoutMs: 1000});
  clock.advance(1000);
  await expect(late).rejects.toMatchObject({failure: 'timeout'});
});

test('a stream without a call keeps no time, nor does a closed one', async () => {
  await answered(100);
  clock.advance(100);
  expect([calls.isIdle, clock.pendingCount]).toEqual([true, 0]);
  await answered(100);
  calls.close();
  expect([calls.isIdle, clock.pendingCount]).toEqual([false, 0]);
});
