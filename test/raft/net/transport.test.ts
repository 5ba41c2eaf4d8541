import {once} from 'node:events';
import {createServer, type Socket} from 'node:net';
import {type Duplex} from 'node:stream';
import fc from 'fast-check';
import {afterEach, describe, expect, test} from 'vitest';
import {type InstallSnapshotRequest, type RaftRequest, type RaftResponse} from '../../../src/raft/core/messages.ts';
import {PreVoteUnsupportedError, type RaftHandler} from '../../../src/raft/driver/raft-transport.ts';
import {NetTransport} from '../../../src/raft/net/net-transport.ts';
import {encodeRequest} from '../../../src/raft/net/request-codec.ts';
import {encodeFailure} from '../../../src/raft/net/response-codec.ts';
import {dialer} from '../../../src/rpc/net/dial.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';

const me = {id: 'me', address: '127.0.0.1:1'};
const vote: RaftRequest = {kind: 'vote', from: me, term: 2, lastIndex: 1, lastTerm: 1, leadershipTransfer: false};
const preVote: RaftRequest = {kind: 'pre-vote', from: me, term: 2, lastIndex: 1, lastTerm: 1};
const offer: InstallSnapshotRequest = {
  kind: 'install-snapshot', from: me, term: 1, lastIndex: 9, lastTerm: 1, configuration: {servers: []}, configurationIndex: 1, sizeBytes: 300_000,
};
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function transport(knowsPreVote = true): NetTransport {
  const dial = dialer({clock: systemClock});
  const made = new NetTransport({
    self: me, dial: (peer) => dial({address: peer.address, datacenter: 'dc1', name: peer.id}, 1), knowsPreVote: () => knowsPreVote,
    clock: systemClock, logger: silentLogger,
  });
  closers.push(() => made.close());
  return made;
}

/** A port whose connections go to `serve`, past their first byte. */
async function port(serve: (socket: Duplex) => void): Promise<{id: string; address: string}> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('readable', () => {
      socket.read(1);
      serve(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {id: 'peer', address: `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`};
}

async function peer(handler: RaftHandler): Promise<{id: string; address: string}> {
  const serving = transport();
  serving.serve(handler);
  return port((socket) => serving.accept(socket));
}

const noSnapshots: RaftHandler['installSnapshot'] = () => Promise.reject(new Error('no snapshots here'));

async function* pieces(bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; at += 50_000) yield Buffer.alloc(Math.min(50_000, bytes - at), 7);
}

/** An address where nobody listens any more. */
async function closedPort(): Promise<{id: string; address: string}> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return {id: 'gone', address: `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`};
}

describe('a peer', () => {
  test('whose port refuses is told from one that listens', async () => {
    const listens = await peer({handle: () => Promise.reject(new Error('nothing is asked')), installSnapshot: noSnapshots});
    expect(await transport().isRefused(listens)).toBe(false);
    expect(await transport().isRefused(await closedPort())).toBe(true);
  });

  test('that led and whose connection ended is named; one that only asked for a vote is not', async () => {
    const ended: string[] = [];
    const both = Promise.withResolvers<void>();
    const to = await peer({
      handle: (request) => Promise.resolve(request.kind === 'append'
        ? {kind: 'append-response', term: 1, success: true, lastIndex: 0, noRetryBackoff: false}
        : {kind: 'vote-response', term: 2, granted: true}),
      installSnapshot: noSnapshots,
      disconnected: (from) => {
        ended.push(from.id);
        if (ended.length === 2) both.resolve();
      },
    });
    const beat: RaftRequest = {kind: 'append', from: me, term: 1, prevIndex: 0, prevTerm: 0, entries: [], leaderCommit: 0, heartbeat: true};
    const voter = transport();
    await voter.send(to, vote);
    await voter.close();
    const leader = transport();
    await leader.send(to, beat);
    await leader.send(to, {...beat, prevIndex: 1, prevTerm: 1, heartbeat: false});
    await leader.close();
    await both.promise;
    expect(ended).toEqual(['me', 'me']);
  });
});

describe('answers', () => {
  test('keep their order, though later requests are done first', async () => {
    const openers: ((response: RaftResponse) => void)[] = [];
    const reached = Promise.withResolvers<void>();
    const to = await peer({
      handle: () => new Promise((resolve) => {
        openers.push(resolve);
        if (openers.length === 2) reached.resolve();
      }),
      installSnapshot: noSnapshots,
    });
    const sender = transport();
    const answers = [sender.send(to, vote), sender.send(to, {...vote, term: 3})];
    await reached.promise;
    openers[1]?.({kind: 'vote-response', term: 3, granted: true});
    openers[0]?.({kind: 'vote-response', term: 2, granted: false});
    expect(await Promise.all(answers)).toEqual([{kind: 'vote-response', term: 2, granted: false}, {kind: 'vote-response', term: 3, granted: true}]);
  });

  test('a heartbeat does not wait for entries', async () => {
    const to = await peer({
      handle: (request) => (request.kind === 'append' && request.heartbeat
        ? Promise.resolve({kind: 'append-response', term: 1, success: true, lastIndex: 0, noRetryBackoff: false})
        : new Promise(() => undefined)),
      installSnapshot: noSnapshots,
    });
    const sender = transport();
    const beat: RaftRequest = {kind: 'append', from: me, term: 1, prevIndex: 0, prevTerm: 0, entries: [], leaderCommit: 0, heartbeat: true};
    const stuck = sender.send(to, {...beat, prevIndex: 1, prevTerm: 1, heartbeat: false});
    expect(await sender.send(to, beat)).toMatchObject({success: true});
    await sender.close();
    await expect(stuck).rejects.toThrow('transport shutdown');
  });

  test('of a peer without pre-votes count as its consent, and a closed connection does not', async () => {
    const knowsNone = await port((socket) => void socket.once('data', () => socket.write(encodeFailure('unexpected command'))));
    await expect(transport().send(knowsNone, preVote)).rejects.toBeInstanceOf(PreVoteUnsupportedError);
    const closes = await port((socket) => void socket.once('data', () => socket.destroy()));
    const error: unknown = await transport().send(closes, preVote).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(PreVoteUnsupportedError);
  });

  test('are not asked of a peer that is known to have no pre-votes; it need only be there', async () => {
    const asked: Buffer[] = [];
    const old = await port((socket) => void socket.on('data', (bytes: Buffer) => asked.push(bytes)));
    await expect(transport(false).send(old, preVote)).rejects.toBeInstanceOf(PreVoteUnsupportedError);
    expect(asked).toEqual([]);
    const error: unknown = await transport(false).send(await closedPort(), preVote).catch((e: unknown) => e);
    expect(error).not.toBeInstanceOf(PreVoteUnsupportedError);
  });

  test('come again after the connection broke', async () => {
    let connections = 0;
    const serving = transport();
    serving.serve({handle: () => Promise.resolve({kind: 'vote-response', term: 2, granted: true}), installSnapshot: noSnapshots});
    const to = await port((socket) => (connections++ === 0 ? socket.destroy() : serving.accept(socket)));
    const sender = transport();
    await expect(sender.send(to, vote)).rejects.toThrow();
    expect(await sender.send(to, vote)).toMatchObject({granted: true});
  });

  test('of a peer with another protocol version are its refusal', async () => {
    const to = await port((socket) => void socket.once('data', () => socket.write(encodeFailure('operation not supported with current protocol version'))));
    await expect(transport().send(to, vote)).rejects.toThrow('operation not supported');
  });
});

describe('snapshots', () => {
  test('arrive whole', async () => {
    let bytes = 0;
    const to = await peer({
      handle: () => Promise.reject(new Error('only snapshots')),
      installSnapshot: async (_request, state) => {
        for await (const chunk of state) bytes += chunk.length;
        return {kind: 'install-snapshot-response', term: 1, success: true};
      },
    });
    expect(await transport().sendSnapshot(to, offer, pieces(300_000))).toEqual({kind: 'install-snapshot-response', term: 1, success: true});
    expect(bytes).toBe(300_000);
  });

  test('may be refused before they are read', async () => {
    const to = await peer({handle: () => Promise.reject(new Error('only snapshots')), installSnapshot: noSnapshots});
    await expect(transport().sendSnapshot(to, {...offer, sizeBytes: 20_000_000}, pieces(20_000_000))).rejects.toThrow();
  });

  test('of another length than announced are not sent as whole', async () => {
    const to = await peer({
      handle: () => Promise.reject(new Error('only snapshots')),
      installSnapshot: async (_request, state) => {
        for await (const chunk of state) void chunk;
        return {kind: 'install-snapshot-response', term: 1, success: true};
      },
    });
    await expect(transport().sendSnapshot(to, offer, pieces(200_000))).rejects.toThrow('the snapshot has 200000 bytes instead of 300000');
  });
});

test('hostile bytes end the connection they came on', async () => {
  const to = await peer({handle: () => Promise.resolve({kind: 'vote-response', term: 1, granted: false}), installSnapshot: noSnapshots});
  const junk = fc.oneof(
    fc.uint8Array({minLength: 1, maxLength: 60}),
    fc.tuple(fc.nat(60), fc.nat(255)).map(([at, byte]) => {
      const bytes = encodeRequest(vote);
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  );
  const dial = dialer({clock: systemClock});
  await fc.assert(fc.asyncProperty(junk, async (bytes) => {
    const socket = await dial({...to, datacenter: 'dc1', name: 'x'}, 1);
    socket.on('error', () => undefined);
    socket.resume();
    socket.end(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
  }), {numRuns: 60});
  expect(await transport().send(to, vote)).toMatchObject({granted: false});
});
