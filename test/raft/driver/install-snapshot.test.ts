import {expect, test} from 'vitest';

import {encodeConfiguration} from '../../../src/raft/configuration-codec.ts';
import {type AppendRequest, type InstallSnapshotRequest} from '../../../src/raft/core/messages.ts';
import {type RaftHandler, type RaftTransport} from '../../../src/raft/driver/raft-transport.ts';
import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {unconnectedTransport} from '../../../src/raft/driver/unconnected-transport.ts';
import {type LogEntry, logType} from '../../../src/raft/log-entry.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemRandom} from '../../../src/runtime/random.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {HeldFsm} from './held-fsm.ts';
import {inFolder} from './single-server.ts';

const leader = {id: 'n1', address: '127.0.0.1:1'};
const configuration = {servers: [{...leader, suffrage: 0 as const}, {id: 'n2', address: '127.0.0.1:2', suffrage: 0 as const}]};
const state = Buffer.from('the state at 500\n');

function entriesTo(last: number): LogEntry[] {
  return Array.from({length: last}, (_, at) => ({
    index: at + 1,
    term: 1,
    type: at === 0 ? logType.configuration : logType.command,
    data: at === 0 ? encodeConfiguration(configuration) : Buffer.from(`c${at + 1}`),
    extensions: null,
    appendedAtMs: 0,
  }));
}

const entries = entriesTo(300);
const append: AppendRequest = {kind: 'append', from: leader, term: 1, prevIndex: 0, prevTerm: 0, entries, leaderCommit: 300, heartbeat: false};
const offer = (term: number, lastIndex: number): InstallSnapshotRequest => ({
  kind: 'install-snapshot', from: leader, term, lastIndex, lastTerm: 1, configuration, configurationIndex: 1, sizeBytes: state.length,
});

interface Follower {
  readonly node: RaftNode;
  readonly fsm: HeldFsm;
  readonly handler: RaftHandler;
  readonly snapshots: DirectorySnapshotStore;
  readonly broken: unknown[];
}

/** A server that only listens; its FSM applies nothing before it is released. */
async function follower(folder: string): Promise<Follower> {
  const served = Promise.withResolvers<RaftHandler>();
  const transport: RaftTransport = {...unconnectedTransport, serve: served.resolve};
  const fsm = new HeldFsm();
  const snapshots = new DirectorySnapshotStore(folder);
  const node = new RaftNode({
    id: 'n2', address: '127.0.0.1:2', logStore: new BatchedLogStore(new SimulatedDisk().asLogDisk()), snapshotStore: snapshots, fsm, transport,
    clock: systemClock, random: systemRandom, wasMember: false, config: scaledRaftConfig(10), logger: silentLogger,
  });
  const broken: unknown[] = [];
  node.onFatal((error) => broken.push(error));
  await node.start();
  return {node, fsm, handler: await served.promise, snapshots, broken};
}

async function* bytes(): AsyncGenerator<Buffer> {
  yield state;
}

test('a snapshot overtakes entries that are still to be applied: the log that held them is gone', () => inFolder(async (folder) => {
  const {node, fsm, handler, broken} = await follower(folder);
  expect(await handler.handle(append)).toMatchObject({success: true});
  await fsm.asked.promise;
  const installed = handler.installSnapshot(offer(1, 500), bytes());
  // The log has been emptied when this is answered; the first entries are with the FSM, the others were yet to come.
  while (node.commitIndex < 500) await new Promise((resolve) => setImmediate(resolve));
  expect(await handler.handle({...append, prevIndex: 500, prevTerm: 1, entries: [{...(entries[1] as LogEntry), index: 501}], leaderCommit: 501})).toMatchObject({success: true});
  fsm.released.resolve();
  expect(await installed).toMatchObject({success: true});
  while (node.appliedIndex < 501) await new Promise((resolve) => setImmediate(resolve));
  expect(fsm.commands).toEqual(['the state at 500', 'c2']);
  expect(broken).toEqual([]);
  await node.close();
}));

test('a snapshot whose leader was deposed while it came leaves no trace', () => inFolder(async (folder) => {
  const {node, fsm, handler, snapshots} = await follower(folder);
  fsm.released.resolve();
  expect(await handler.handle(append)).toMatchObject({success: true});
  const newTermIsKnown = Promise.withResolvers<void>();
  const slowly = async function* (): AsyncGenerator<Buffer> {
    await newTermIsKnown.promise;
    yield state;
  };
  const installed = handler.installSnapshot(offer(1, 500), slowly());
  await handler.handle({...append, term: 2, prevIndex: 300, prevTerm: 1, entries: [], from: {id: 'n3', address: '127.0.0.1:3'}});
  newTermIsKnown.resolve();
  expect(await installed).toMatchObject({success: false, term: 2});
  expect((await snapshots.list()).snapshots).toEqual([]);
  expect(fsm.restores).toBe(0);
  await node.close();
}));
