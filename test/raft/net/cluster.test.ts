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

test('followers do not wait out their patience when the process of their leader is gone', () => inFolder(async (folder) => {
  const patient = {heartbeatTimeoutMs: 600_000, electionTimeoutMs: 600_000};
  const leader = await RaftServer.start('a', folder);
  const followers = await Promise.all(['b', 'c'].map((id) => RaftServer.start(id, folder, 0, patient)));
  const configuration = {servers: [leader, ...followers].map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const {node} of [leader, ...followers]) await node.bootstrap(configuration);
  await leaderOf([leader]);
  await leader.node.propose(Buffer.from('before'));
  await Promise.all(followers.map(({fsm}) => fsm.has('before')));
  await leader.close();
  // Each has now seen that the port refuses, and may vote; one that stands does so after a share of its patience.
  const forgot = (server: RaftServer): Promise<void> => new Promise((resolve) => {
    if (server.node.leader === undefined) return resolve();
    const stop = server.node.onRole(() => {
      if (server.node.leader !== undefined) return;
      stop();
      resolve();
    });
  });
  await Promise.all(followers.map(forgot));
  expect(followers.map(({node}) => [node.role, node.leader])).toEqual([['follower', undefined], ['follower', undefined]]);
  await Promise.all(followers.map((server) => server.close()));
}), 60_000);

test('a restore by a leader that nobody follows any more leaves no trace', () => inFolder(async (folder) => {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => RaftServer.start(id, folder)));
  const configuration = {servers: servers.map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const {node} of servers) await node.bootstrap(configuration);
  const leader = await leaderOf(servers);
  await leader.node.propose(Buffer.from('before'));
  const closed = Promise.withResolvers<void>();
  const state = async function* (): AsyncGenerator<Buffer> {
    await closed.promise;
    yield Buffer.from('restored\n');
  };
  const restoring = leader.node.restore(state());
  for (const server of servers) if (server !== leader) await server.close();
  closed.resolve();
  await expect(restoring).rejects.toThrow('leadership lost');
  expect(leader.fsm.commands).toEqual(['before']);
  expect((await leader.node.snapshots.list()).snapshots).toEqual([]);
  await leader.close();
}), 60_000);
