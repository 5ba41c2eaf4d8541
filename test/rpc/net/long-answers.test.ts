import {once} from 'node:events';
import {connect} from 'node:net';
import {expect, test} from 'vitest';
import {type Method} from '../../../src/rpc/method.ts';
import {encodeBody} from '../../../src/rpc/net/long-body.ts';
import {requestBytes, ResponseHeader} from '../../../src/rpc/net/rpc-messages.ts';
import {struct} from '../../../src/schema/struct.ts';
import {list, str} from '../../../src/schema/types.ts';
import {MsgpackFramer} from '../../../src/wire/msgpack-framer.ts';
import {pool, serve} from './served.ts';

const Row = struct('Row', {Name: str, Text: str});
const Rows = struct('Rows', {Count: str, Rows: list(Row)});
type Rows = ReturnType<typeof Rows.zero>;
const rowsMethod: Method<string, Rows> = {name: 'Test.Rows', kind: 'local', request: str, response: Rows};
const soon = {timeoutMs: 30_000};

function sizeBytes(size: number): number[] {
  return [size >>> 24, (size >>> 16) & 0xff, (size >>> 8) & 0xff, size & 0xff];
}

function rows(count: number): Rows {
  return {Count: String(count), Rows: Array.from({length: count}, (_, i) => ({Name: `row ${i}`, Text: 'x'.repeat(i % 200)}))};
}

test('an answer made in parts is the same as one made whole, and calls go on after it', async () => {
  const {target} = await serve((call) => Promise.resolve(encodeBody(Rows, rows(Number(str.fromMsgpack(call.body))))));
  const client = pool();
  for (const count of [0, 1, 100, 40_000, 2, 30_000]) {
    const body = await client.callRaw(target, 'Test.Rows', str.toMsgpack(String(count)), soon);
    expect(body.equals(Rows.toMsgpack(rows(count)))).toBe(true);
  }
  const both = await Promise.all([client.call(target, rowsMethod, '50000', soon), client.call(target, rowsMethod, '3', soon)]);
  expect(both.map((answer) => Rows.toJson(answer) === Rows.toJson(rows(Number(answer.Count))))).toEqual([true, true]);
});

test('an answer whose parts take their time to be made arrives whole', async () => {
  // Each is more than the window, so that the stream is full for a while.
  const part = Buffer.alloc(600_000, 1);
  const slowly = async function* (): AsyncGenerator<Buffer, void> {
    yield Buffer.from([0xdb, ...sizeBytes(part.length * 10)]);
    for (let i = 0; i < 10; i++) {
      // The stream has room again long before the next part is there.
      for (let turns = 0; turns < 1_000; turns++) await new Promise((resolve) => setImmediate(resolve));
      yield part;
    }
  };
  const {target} = await serve(() => Promise.resolve(slowly()));
  const body = await pool().callRaw(target, 'Test.Slow', str.toMsgpack(''), soon);
  expect(body.length).toBe(part.length * 10 + 5);
});

test('a caller that does not read holds up the making of its answer; one that goes away ends it', async () => {
  let made = 0;
  let isEnded = false;
  const partBytes = 64 * 1024;
  const total = 2_000;
  const endless = async function* (): AsyncGenerator<Buffer, void> {
    try {
      for (; made < total; made++) yield await Promise.resolve(Buffer.alloc(partBytes));
    } finally {
      isEnded = true;
    }
  };
  const {target} = await serve(() => Promise.resolve(endless()));
  const [host, port] = target.address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  socket.write(Buffer.concat([Buffer.of(0), requestBytes({Seq: 1n, ServiceMethod: 'Test.Rows'}, str.toMsgpack(''))]));
  // The head of the answer has come; then nothing is read until what fits on the way fills up.
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  const framer = new MsgpackFramer();
  framer.push(first);
  expect(ResponseHeader.fromMsgpack(framer.next() ?? Buffer.alloc(0))).toEqual({Error: '', Seq: 1n, ServiceMethod: 'Test.Rows'});
  let before = -1;
  while (made !== before) {
    before = made;
    for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(made).toBeLessThan(total);
  socket.destroy();
  while (!isEnded) await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBeLessThan(total);
});

