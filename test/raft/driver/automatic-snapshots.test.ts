import {expect, test} from 'vitest';

import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {unconnectedTransport} from '../../../src/raft/driver/unconnected-transport.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {type SnapshotMeta} from '../../../src/raft/snapshot/snapshot-store.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {seededRandom} from '../../../src/runtime/random.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {CountingFsm} from './counting-fsm.ts';
import {inFolder, soleConfiguration} from './single-server.ts';

const config = {...scaledRaftConfig(1), snapshotThreshold: 50, snapshotIntervalMs: 30_000, trailingLogs: 20};

interface Sole {
  readonly node: RaftNode;
  readonly clock: SimulatedClock;
  readonly write: (count: number) => Promise<void>;
  readonly snapshots: () => Promise<readonly SnapshotMeta[]>;
}

async function soleServer(folder: string): Promise<Sole> {
  const clock = new SimulatedClock();
  const store = new DirectorySnapshotStore(folder);
  const node = new RaftNode({
    ...soleConfiguration.servers[0], logStore: new BatchedLogStore(new SimulatedDisk().asLogDisk()), snapshotStore: store, fsm: new CountingFsm(),
    transport: unconnectedTransport, clock, random: seededRandom(1), wasMember: false, config, logger: silentLogger,
  });
  await node.start();
  await node.bootstrap(soleConfiguration);
  return {
    node,
    clock,
    write: async (count) => {
      for (let at = 0; at < count; at++) await node.propose(Buffer.from(`c${at}`));
    },
    snapshots: async () => (await store.list()).snapshots,
  };
}

test('a snapshot is taken at the next look after the log has grown by the threshold, and not before', () => inFolder(async (folder) => {
  const {node, clock, write, snapshots} = await soleServer(folder);
  await write(40);
  clock.advance(2 * config.snapshotIntervalMs);
  await node.barrier();
  expect(await snapshots()).toEqual([]);
  await write(20);
  expect(await snapshots()).toEqual([]);
  // A look sets the next one when it is done; each is between one and two intervals after the one before.
  clock.advance(2 * config.snapshotIntervalMs);
  while ((await snapshots()).length === 0) await new Promise((resolve) => setImmediate(resolve));
  const [taken] = await snapshots();
  expect(taken?.index).toBe(node.appliedIndex);
  await node.close();
}));

test('two snapshots are kept, and none is taken when nothing is new', () => inFolder(async (folder) => {
  const {node, write, snapshots} = await soleServer(folder);
  const indexes: number[] = [];
  for (let round = 0; round < 4; round++) {
    await write(60);
    const meta = await node.snapshot();
    indexes.push(meta?.index ?? 0);
  }
  expect((await snapshots()).map(({index}) => index)).toEqual(indexes.slice(-2).reverse());
  await node.barrier();
  expect(node.stats()['last_snapshot_index']).toBe(String(indexes.at(-1)));
  expect(await node.snapshot()).toBeDefined();
  expect(await node.snapshot()).toBeUndefined();
  await node.close();
}));
