import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {leaderOf, RaftServer} from '../net/raft-server.ts';
import {inFolder, type SingleServer, soleConfiguration, startServer} from './single-server.ts';

function commands(count: number, word: string): string[] {
  return Array.from({length: count}, (_, i) => `${word} ${i}`);
}

/** A server with a snapshot of the first commands, and the second ones in its log behind that. */
async function withSnapshot(folder: string, trailingLogs: number): Promise<readonly string[]> {
  const {node, fsm}: SingleServer = await startServer(folder, {trailingLogs});
  await node.bootstrap(soleConfiguration);
  for (const word of ['first', 'second']) {
    // One after the other: what is proposed at once is kept and dropped at once.
    for (const command of commands(100, word)) await node.propose(Buffer.from(command));
    await node.snapshot();
  }
  await node.propose(Buffer.from('last'));
  await node.close();
  return fsm.commands;
}

/** Damages the newest snapshot. @returns mends it again */
async function damageNewest(folder: string): Promise<() => Promise<void>> {
  const snapshots = join(folder, 'snapshots');
  const newest = (await readdir(snapshots)).sort((a, b) => Number(a.split('-')[1]) - Number(b.split('-')[1])).at(-1) ?? '';
  const path = join(snapshots, newest, 'state.bin');
  const whole = await readFile(path);
  const changed = Buffer.from(whole);
  changed.writeUInt8(changed.readUInt8(changed.length >> 1) ^ 1, changed.length >> 1);
  await writeFile(path, changed);
  return () => writeFile(path, whole);
}

test('a snapshot with a wrong checksum is not used: the one before it and the log behind that are as good', () => inFolder(async (folder) => {
  const acknowledged = await withSnapshot(folder, 10_000);
  await damageNewest(folder);
  const {node, fsm} = await startServer(folder, {trailingLogs: 10_000});
  await node.barrier();
  expect(fsm.commands).toEqual(acknowledged);
  await node.close();
}));

test('where the log does not reach back to it, the server says so and does not start; nothing has changed', () => inFolder(async (folder) => {
  const acknowledged = await withSnapshot(folder, 5);
  const mend = await damageNewest(folder);
  await expect(startServer(folder, {trailingLogs: 5})).rejects.toMatchObject({code: 'corrupt'});
  await mend();
  const {node, fsm} = await startServer(folder, {trailingLogs: 5});
  await node.barrier();
  expect(fsm.commands).toEqual(acknowledged);
  await node.close();
}));

test('without a quorum nothing is acknowledged; with one again all servers have the same, and all that was', () => inFolder(async (folder) => {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => RaftServer.start(id, folder)));
  const configuration = {servers: servers.map(({id, address}) => ({id, address, suffrage: 0 as const}))};
  for (const {node} of servers) await node.bootstrap(configuration);
  const leader = await leaderOf(servers);
  await Promise.all(commands(50, 'kept').map((command) => leader.node.propose(Buffer.from(command))));
  const lost = servers.filter((server) => server !== leader);
  for (const server of lost) await server.close();
  // Whether it will be kept in the end nobody can say; that it is not kept yet, the leader does.
  await expect(leader.node.propose(Buffer.from('doubtful'))).rejects.toMatchObject({code: 'leadership-lost'});
  await expect(leader.node.propose(Buffer.from('refused'))).rejects.toMatchObject({code: 'not-leader'});
  const back = await Promise.all(lost.map(({id, port}) => RaftServer.start(id, folder, port)));
  const all = [leader, ...back];
  await (await leaderOf(all)).node.propose(Buffer.from('again'));
  await Promise.all(all.map(({fsm}) => fsm.has('again')));
  const [first, ...others] = all.map(({fsm}) => fsm.commands);
  for (const other of others) expect(other).toEqual(first);
  expect(first?.slice(0, 50)).toEqual(commands(50, 'kept'));
  expect(first).not.toContain('refused');
  await Promise.all(all.map((server) => server.close()));
}), 60_000);
