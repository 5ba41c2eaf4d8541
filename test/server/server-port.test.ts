import {once} from 'node:events';
import {connect} from 'node:net';
import {expect, test} from 'vitest';
import {type RaftRequest} from '../../src/raft/core/messages.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {ServerPort} from '../../src/server/server-port.ts';
import {freePorts} from '../conformance/free-ports.ts';
import {closeAfterTest, echo} from '../rpc/net/served.ts';

async function open(id: string, port: number, addressOf: (id: string) => string | undefined = () => undefined): Promise<ServerPort> {
  const made = new ServerPort({
    host: '127.0.0.1', port, datacenter: 'dc1', self: {id, address: `127.0.0.1:${port}`}, addressOf, knowsPreVote: () => true, handshakeTimeoutMs: 5000,
    connectionsPerClientMax: 100, clock: systemClock, logger: silentLogger,
  });
  closeAfterTest(async () => {
    await made.transport.close();
    await made.close();
  });
  return made;
}

test('one port carries calls, Raft, and what else it is given', async () => {
  const [portA = 0, portB = 0] = await freePorts(2);
  // Raft's configuration may have an address that a server has left since.
  const a = await open('a', portA, (id) => (id === 'b' ? `127.0.0.1:${portB}` : undefined));
  const b = await open('b', portB);
  b.handle(5, (stream) => void stream.end('a snapshot'));
  b.transport.serve({
    handle: () => Promise.resolve({kind: 'vote-response', term: 2, granted: true}),
    installSnapshot: () => Promise.reject(new Error('no snapshots here')),
  });
  await b.listen({answer: echo});

  const server = {address: `127.0.0.1:${portB}`, datacenter: 'dc1', name: 'b'};
  expect(await a.pool.callRaw(server, 'Test.Echo', Buffer.from([5]), {timeoutMs: 5000})).toEqual(Buffer.from([5]));
  const vote: RaftRequest = {kind: 'vote', from: {id: 'a', address: server.address}, term: 2, lastIndex: 1, lastTerm: 1, leadershipTransfer: false};
  expect(await a.transport.send({id: 'b', address: '127.0.0.1:1'}, vote)).toMatchObject({granted: true});
  const socket = connect(portB, '127.0.0.1');
  socket.write(Buffer.from([5]));
  expect(String(await once(socket, 'data'))).toBe('a snapshot');
  socket.destroy();

  await b.close();
  while (a.pool.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
  await expect(a.pool.callRaw(server, 'Test.Echo', Buffer.from([5]), {timeoutMs: 5000})).rejects
    .toThrow(`dial tcp 127.0.0.1:0->127.0.0.1:${portB}: connect: connection refused`);
});

test('a port that is taken is an error at once', async () => {
  const [port = 0] = await freePorts(1);
  await (await open('a', port)).listen({answer: echo});
  await expect((await open('b', port)).listen({answer: echo})).rejects.toThrow('EADDRINUSE');
});
