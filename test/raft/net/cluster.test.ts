import {expect, test} from 'vitest';
import {inFolder} from '../driver/single-server.ts';
import {leaderOf, RaftServer} from './raft-server.ts';

test('three servers over TCP elect a leader, replicate, and go on while one restarts and when their leader is lost', () => inFolder(async (folder) => {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => RaftServer.start(id, folder)));
  const configuration = {servers: servers.map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const {node} of servers) await node.bootstrap(configuration);
  const leader = await leaderOf(servers);
  await Promise.all(Array.from({length: 200}, (_, at) => leader.node.propose(Buffer.from(`first ${at}`))));
  await Promise.all(servers.map(({fsm}) => fsm.has('first 199')));

  const followers = servers.filter((server) => server !== leader);
  const [stopped, other] = followers;
  if (stopped === undefined || other === undefined) throw new Error('there are two followers');
  await stopped.close();
  await (await leaderOf([leader, other])).node.propose(Buffer.from('while one is away'));
  const restarted = await RaftServer.start(stopped.id, folder, stopped.port);
  await restarted.fsm.has('while one is away');

  const running = [leader, other, restarted];
  const lost = await leaderOf(running);
  await lost.close();
  const left = running.filter((server) => server !== lost);
  const next = await leaderOf(left);
  await next.node.propose(Buffer.from('without the old leader'));
  await Promise.all(left.map(({fsm}) => fsm.has('without the old leader')));
  expect(left[0]?.fsm.commands).toEqual(left[1]?.fsm.commands);
  await Promise.all(left.map((server) => server.close()));
}), 60_000);

test('a joiner gets what the log no longer holds as a snapshot, becomes a voter, and takes leadership over', () => inFolder(async (folder) => {
  const first = await RaftServer.start('a', folder);
  await first.node.bootstrap({servers: [{id: 'a', address: first.address, suffrage: 0}]});
  // More than the window of a connection holds, so that the state comes in many pieces.
  const large = 'x'.repeat(100_000);
  for (let at = 0; at < 30; at++) await first.node.propose(Buffer.from(`${at} ${large}`));
  await first.node.snapshot();
  await first.node.propose(Buffer.from('after the snapshot'));

  const joiner = await RaftServer.start('b', folder);
  await first.node.changeMembership({op: 'add-nonvoter', id: 'b', address: joiner.address});
  await joiner.fsm.has('after the snapshot');
  expect(joiner.fsm.restores).toBe(1);
  expect(joiner.fsm.commands).toEqual(first.fsm.commands);

  await first.node.changeMembership({op: 'add-voter', id: 'b', address: joiner.address});
  await first.node.transferLeadership('b');
  expect((await leaderOf([joiner])).id).toBe('b');
  await joiner.node.propose(Buffer.from('from the new leader'));
  await first.fsm.has('from the new leader');
  await Promise.all([first.close(), joiner.close()]);
}), 60_000);
