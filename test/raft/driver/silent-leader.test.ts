import {expect, test} from 'vitest';

import {type AppendRequest} from '../../../src/raft/core/messages.ts';
import {type RaftHandler, type RaftTransport} from '../../../src/raft/driver/raft-transport.ts';
import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {unconnectedTransport} from '../../../src/raft/driver/unconnected-transport.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {seededRandom} from '../../../src/runtime/random.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {CountingFsm} from './counting-fsm.ts';
import {inFolder} from './single-server.ts';

const config = scaledRaftConfig(5);
const leader = {id: 'n1', address: '127.0.0.1:1'};
const heartbeat: AppendRequest = {kind: 'append', from: leader, term: 1, prevIndex: 0, prevTerm: 0, entries: [], leaderCommit: 0, heartbeat: true};

test('a leader that was not heard of for longer than its lease is silent; it stays known until patience ends', () => inFolder(async (folder) => {
  const served = Promise.withResolvers<RaftHandler>();
  const transport: RaftTransport = {...unconnectedTransport, serve: served.resolve};
  const clock = new SimulatedClock();
  const node = new RaftNode({
    id: 'n2', address: '127.0.0.1:2', logStore: new BatchedLogStore(new SimulatedDisk().asLogDisk()), snapshotStore: new DirectorySnapshotStore(folder),
    fsm: new CountingFsm(), transport, clock, random: seededRandom(1), wasMember: false, config, logger: silentLogger,
  });
  await node.start();
  const handler = await served.promise;
  await handler.handle(heartbeat);
  expect([node.leader, node.isLeaderSilent]).toEqual([leader, false]);
  clock.advance(config.leaderLeaseTimeoutMs + 1);
  expect([node.leader, node.isLeaderSilent]).toEqual([leader, true]);
  await handler.handle(heartbeat);
  expect([node.leader, node.isLeaderSilent]).toEqual([leader, false]);
  await node.close();
}));
