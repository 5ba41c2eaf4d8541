import {duplexPair} from 'node:stream';
import {expect, test} from 'vitest';
import {ConnectionPool} from '../../../src/rpc/net/connection-pool.ts';
import {RpcServer} from '../../../src/rpc/net/rpc-server.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {FRAME_HEADER_BYTES, frameType, readFrameHeader} from '../../../src/wire/yamux/frame.ts';
import {closeAfterTest, echo} from './served.ts';

const target = {address: '127.0.0.1:1', datacenter: 'dc1', name: 's1'};
const callers = 64;

/** A pool whose one connection leads to a server that echoes, and what went over it each way, write by write. */
function watchedPool(): {client: ConnectionPool; asked: Buffer[]; answered: Buffer[]} {
  const [here, there] = duplexPair();
  const asked: Buffer[] = [];
  const answered: Buffer[] = [];
  const server = new RpcServer({service: {answer: echo}, clock: systemClock, logger: silentLogger});
  const client = new ConnectionPool({dial: () => Promise.resolve(here), clock: systemClock});
  closeAfterTest(() => server.close());
  closeAfterTest(() => Promise.resolve(client.close()));
  server.serveSession(there, {address: 'client', port: 1, isEncrypted: false});
  there.on('data', (bytes: Buffer) => asked.push(bytes));
  here.on('data', (bytes: Buffer) => answered.push(bytes));
  return {client, asked, answered};
}

function frameTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const {type, length} = readFrameHeader(bytes, at);
    types.push(type);
    at += FRAME_HEADER_BYTES + (type === frameType.data ? length : 0);
  }
  return types;
}

test('a burst of calls is one write, so are its answers, and its streams serve the next burst', async () => {
  const {client, asked, answered} = watchedPool();
  const burst = async (): Promise<void> => {
    const bodies = Array.from({length: callers}, (_, at) => Buffer.from([at]));
    expect(await Promise.all(bodies.map((body) => client.callRaw(target, 'Test.Echo', body, {timeoutMs: 10_000})))).toEqual(bodies);
  };
  await burst();
  asked.length = 0;
  answered.length = 0;
  await burst();
  expect([asked.length, answered.length]).toEqual([1, 1]);
  expect(frameTypes(Buffer.concat(asked))).toEqual(Array.from({length: callers}, () => frameType.data));
  expect(frameTypes(Buffer.concat(answered))).toEqual(Array.from({length: callers}, () => frameType.data));
});
