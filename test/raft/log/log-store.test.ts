import {join} from 'node:path';

import {expect, it} from 'vitest';

import {LevelDisk} from '../../../src/raft/log/level-disk.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {inFolder} from '../driver/single-server.ts';
import {logStoreCompliance} from './log-store.compliance.ts';

logStoreCompliance('a log on level', (work) => inFolder((folder) => work(() => new LevelDisk(join(folder, 'log')))));

logStoreCompliance('a log on the simulated disk', (work) => {
  const disk = new SimulatedDisk();
  return work(() => disk.asLogDisk());
});

it('says plainly that a folder is in use', () =>
  inFolder(async (folder) => {
    const first = new BatchedLogStore(new LevelDisk(join(folder, 'log')));
    await first.open();
    await expect(new BatchedLogStore(new LevelDisk(join(folder, 'log'))).open()).rejects.toThrow(/cannot be opened: .*lock/i);
    await first.close();
  }));
