import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {unconnectedTransport} from '../../../src/raft/driver/unconnected-transport.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {LevelDisk} from '../../../src/raft/log/level-disk.ts';
import {type LogStore} from '../../../src/raft/log/log-store.ts';
import {devRaftConfig, type RaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemRandom} from '../../../src/runtime/random.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {CountingFsm} from './counting-fsm.ts';

export interface SingleServer {
  readonly node: RaftNode;
  readonly fsm: CountingFsm;
  readonly snapshots: DirectorySnapshotStore;
}

export const soleConfiguration = {servers: [{id: 'n1', address: '127.0.0.1:8300', suffrage: 0}]} as const;

/** Starts (or starts again) a sole server on the folder. */
export async function startServer(folder: string, config: Partial<RaftConfig> = {}, wrap = (store: LogStore) => store, fsm = new CountingFsm()): Promise<SingleServer> {
  const snapshots = new DirectorySnapshotStore(join(folder, 'snapshots'));
  const node = new RaftNode({
    id: 'n1',
    address: '127.0.0.1:8300',
    logStore: wrap(new BatchedLogStore(new LevelDisk(join(folder, 'log')))),
    snapshotStore: snapshots,
    fsm,
    transport: unconnectedTransport,
    clock: systemClock,
    random: systemRandom,
    wasMember: false, config: {...devRaftConfig, ...config},
    logger: silentLogger,
  });
  await node.start();
  return {node, fsm, snapshots};
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'raft-test-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
