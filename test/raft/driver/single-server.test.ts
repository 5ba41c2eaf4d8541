import {describe, expect, it} from 'vitest';

import {type RoleChange} from '../../../src/raft/driver/raft-node.ts';
import {HeldFsm} from './held-fsm.ts';
import {inFolder, type SingleServer, soleConfiguration, startServer} from './single-server.ts';

async function bootstrapped(folder: string, config = {}): Promise<SingleServer> {
  const server = await startServer(folder, config);
  await server.node.bootstrap(soleConfiguration);
  await server.node.barrier();
  return server;
}

const text = (count: number, prefix = 'c'): Buffer[] => Array.from({length: count}, (_, i) => Buffer.from(`${prefix}${i}`));

describe('a single server', () => {
  it('leads at once after bootstrap and gives each proposer its own result', () =>
    inFolder(async (folder) => {
      const server = await startServer(folder);
      const roles: RoleChange[] = [];
      server.node.onRole((change) => roles.push(change));
      await server.node.bootstrap(soleConfiguration);
      await server.node.barrier();
      const answers = await Promise.all(text(100).map((data) => server.node.propose(data)));
      expect(answers.map((a) => a.result)).toEqual(answers.map((a, i) => `${a.index}:${i + 1}`));
      expect(roles.at(-1)).toEqual({role: 'leader', term: 2, leader: {id: 'n1', address: '127.0.0.1:8300'}});
      expect(server.node.stats()).toMatchObject({state: 'Leader', term: '2', num_peers: '0', fsm_pending: '0'});
      expect(await server.node.verifyLeader()).toBe(server.node.commitIndex);
      await server.node.close();
    }));

  it('proves leadership, and counts as caught up, only when what it has committed is applied', () =>
    inFolder(async (folder) => {
      const before = await bootstrapped(folder);
      await before.node.propose(Buffer.from('written'));
      await before.node.close();
      const fsm = new HeldFsm();
      const {node} = await startServer(folder, {}, undefined, fsm);
      await fsm.asked.promise;
      expect(node.role).toBe('leader');
      expect(node.isCaughtUp).toBe(false);
      let proven = false;
      const proof = node.verifyLeader().then((index) => {
        proven = true;
        return index;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(proven).toBe(false);
      fsm.released.resolve();
      expect(await proof).toBeLessThanOrEqual(node.appliedIndex);
      expect(fsm.commands).toEqual(['written']);
      expect(node.isCaughtUp).toBe(true);
      await node.close();
      await expect(node.verifyLeader()).rejects.toThrow('shutdown');
    }));

  it('has everything again after a restart, leads again in a higher term', () =>
    inFolder(async (folder) => {
      const before = await bootstrapped(folder);
      await Promise.all(text(1000).map((data) => before.node.propose(data)));
      await before.node.close();
      const after = await startServer(folder);
      await after.node.barrier();
      expect(after.fsm.commands).toEqual(before.fsm.commands);
      expect(after.node.term).toBe(3);
      await after.node.close();
    }));

  it('restarts from a snapshot and the log behind it, and drops what trails', () =>
    inFolder(async (folder) => {
      const before = await bootstrapped(folder, {trailingLogs: 10});
      for (const data of text(300)) await before.node.propose(data);
      const meta = await before.node.snapshot();
      expect(meta).toMatchObject({index: before.node.appliedIndex, configuration: soleConfiguration, configurationIndex: 1});
      await Promise.all(text(50, 'later').map((data) => before.node.propose(data)));
      await before.node.close();
      const after = await startServer(folder, {trailingLogs: 10});
      await after.node.barrier();
      expect(after.fsm.restores).toBe(1);
      expect(after.fsm.commands).toEqual(before.fsm.commands);
      expect(after.node.stats()).toMatchObject({last_snapshot_index: String(meta?.index)});
      await after.node.close();
    }));

  it('makes a user’s snapshot its state, keeps it over a restart, and goes on from there', () =>
    inFolder(async (folder) => {
      const before = await bootstrapped(folder);
      await Promise.all(text(20).map((data) => before.node.propose(data)));
      const last = before.node.lastIndex;
      const index = await before.node.restore((async function* () {
        yield Buffer.from('x\ny\n');
      })());
      expect(index).toBe(last + 1);
      await before.node.propose(Buffer.from('z'));
      expect(before.fsm.commands).toEqual(['x', 'y', 'z']);
      await before.node.close();
      const after = await startServer(folder);
      await after.node.barrier();
      expect(after.fsm.commands).toEqual(['x', 'y', 'z']);
      await after.node.close();
    }));

  it('is what it was when a user’s snapshot cannot be restored', () =>
    inFolder(async (folder) => {
      const {node, fsm} = await bootstrapped(folder);
      await node.propose(Buffer.from('a'));
      const bad = (async function* () {
        yield Buffer.from('bad');
      })();
      await expect(node.restore(bad)).rejects.toThrow('not a state');
      await node.propose(Buffer.from('b'));
      expect(fsm.commands).toEqual(['a', 'b']);
      await node.close();
    }));

  it('refuses a second bootstrap, and everything once closed', () =>
    inFolder(async (folder) => {
      const {node} = await bootstrapped(folder);
      await expect(node.bootstrap(soleConfiguration)).rejects.toMatchObject({code: 'not-empty'});
      await node.close();
      await expect(node.propose(Buffer.from('late'))).rejects.toMatchObject({code: 'shutdown'});
    }));

  it('refuses writes while nobody leads', () =>
    inFolder(async (folder) => {
      const {node} = await startServer(folder);
      await expect(node.propose(Buffer.from('early'))).rejects.toMatchObject({code: 'not-leader'});
      await node.close();
    }));
});
