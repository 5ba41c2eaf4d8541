import {duplexPair} from 'node:stream';
import {expect, test} from 'vitest';
import {type AppendRequest, type RaftRequest} from '../../../src/raft/core/messages.ts';
import {rpcTimeoutMs} from '../../../src/raft/net/limits.ts';
import {RaftLane} from '../../../src/raft/net/raft-lane.ts';
import {encodeRequest} from '../../../src/raft/net/request-codec.ts';
import {RequestEncoder} from '../../../src/raft/net/request-encoder.ts';
import {encodeResponse} from '../../../src/raft/net/response-codec.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';

const me = {id: 'me', address: '127.0.0.1:1'};
const vote: RaftRequest = {kind: 'vote', from: me, term: 2, lastIndex: 1, lastTerm: 1, leadershipTransfer: false};
const granted = encodeResponse({kind: 'vote-response', term: 2, granted: true}, me);

test('a request whose answer does not come fails after its own time, however many came and were answered before it', async () => {
  const [here, peer] = duplexPair();
  const clock = new SimulatedClock();
  const lane = new RaftLane(() => Promise.resolve(here), clock, new RequestEncoder());
  const first = lane.send(vote);
  clock.advance(rpcTimeoutMs - 1000);
  peer.write(granted);
  expect(await first).toMatchObject({granted: true});
  let settled = 'no';
  const second = lane.send(vote).catch((error: unknown) => { settled = String(error); });
  clock.advance(rpcTimeoutMs - 1);
  await Promise.resolve();
  expect(settled).toBe('no');
  clock.advance(1);
  await second;
  expect(settled).toContain('i/o timeout');
});

test('what waits behind a request that is never answered fails with it', async () => {
  const [here] = duplexPair();
  const clock = new SimulatedClock();
  const lane = new RaftLane(() => Promise.resolve(here), clock, new RequestEncoder());
  const sent = [lane.send(vote)];
  clock.advance(rpcTimeoutMs / 2);
  sent.push(lane.send(vote));
  const outcomes = Promise.allSettled(sent);
  clock.advance(rpcTimeoutMs / 2);
  expect((await outcomes).map(({status}) => status)).toEqual(['rejected', 'rejected']);
});

test('entries for several peers are encoded once, and never taken for others', () => {
  const encoder = new RequestEncoder();
  const entry = (index: number, term: number, data: string): AppendRequest['entries'][number] => (
    {index, term, type: 0, data: Buffer.from(data), extensions: null, appendedAtMs: 1}
  );
  const entries = [entry(5, 3, 'a'), entry(6, 3, 'b')];
  const append: AppendRequest = {kind: 'append', from: me, term: 3, prevIndex: 4, prevTerm: 2, entries, leaderCommit: 4, heartbeat: false};
  const bytes = encoder.encode(append);
  expect(bytes).toEqual(encodeRequest(append));
  expect(encoder.encode({...append, entries: [...entries]})).toBe(bytes);
  const others: AppendRequest[] = [
    {...append, term: 4}, {...append, prevIndex: 3}, {...append, prevTerm: 3}, {...append, leaderCommit: 5}, {...append, from: {...me}},
    {...append, entries: entries.slice(0, 1)}, {...append, entries: [entry(5, 3, 'x'), entry(6, 3, 'b')]}, {...append, entries: []},
  ];
  for (const other of others) {
    encoder.encode(append);
    expect(encoder.encode(other)).toEqual(encodeRequest(other));
  }
});
