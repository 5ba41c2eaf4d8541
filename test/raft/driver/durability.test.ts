import {expect, it} from 'vitest';

import {type LogStore} from '../../../src/raft/log/log-store.ts';
import {inFolder, soleConfiguration, startServer} from './single-server.ts';

it('answers no proposer before the sync of its entry has returned', () =>
  inFolder(async (folder) => {
    let durableIndex = 0;
    let writes = 0;
    const watched = (store: LogStore): LogStore => ({
      open: () => store.open(),
      read: (first, last, bytesMax) => store.read(first, last, bytesMax),
      close: () => store.close(),
      write: async (write) => {
        writes++;
        await store.write(write);
        durableIndex = Math.max(durableIndex, write.entries.at(-1)?.index ?? 0);
      },
    });
    const {node} = await startServer(folder, {}, watched);
    await node.bootstrap(soleConfiguration);
    const before = writes;
    const proposer = async (): Promise<void> => {
      for (let i = 0; i < 50; i++) {
        const {index} = await node.propose(Buffer.from('x'));
        expect(durableIndex).toBeGreaterThanOrEqual(index);
      }
    };
    await Promise.all(Array.from({length: 32}, proposer));
    // 1600 writes shared their syncs.
    expect(writes - before).toBeLessThan(400);
    await node.close();
  }));

it('acknowledges nothing more, and says so, once the log cannot be written', () =>
  inFolder(async (folder) => {
    let full = false;
    const failing = (store: LogStore): LogStore => ({
      open: () => store.open(),
      read: (first, last, bytesMax) => store.read(first, last, bytesMax),
      close: () => store.close(),
      write: (write) => (full ? Promise.reject(new Error('no space left on device')) : store.write(write)),
    });
    const {node} = await startServer(folder, {}, failing);
    await node.bootstrap(soleConfiguration);
    await node.propose(Buffer.from('a'));
    const fatal: unknown[] = [];
    node.onFatal((error) => fatal.push(error));
    full = true;
    await expect(node.propose(Buffer.from('b'))).rejects.toMatchObject({code: 'broken'});
    await expect(node.propose(Buffer.from('c'))).rejects.toMatchObject({code: 'broken'});
    expect(fatal).toHaveLength(1);
    await node.close();
    const after = await startServer(folder);
    await after.node.barrier();
    expect(after.fsm.commands).toEqual(['a']);
    await after.node.close();
  }));
