import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {encodeSnapshotMeta} from '../../src/raft/snapshot/snapshot-meta-file.ts';
import {claimRaftFolder, foreignRaft, refuseForeignRaft} from '../../src/server/foreign-raft.ts';

const consulsMeta =
  '{"Version":1,"ID":"2-97-1795269419488","Index":97,"Term":2,"Peers":"ka8xMjcuNDEuMS4yOjgzMDA=","Configuration":{"Servers":[{"Suffrage":0,"ID":"aa749962-8e2a-a069-17f4-dd056cea9354","Address":"127.41.1.2:8300"}]},"ConfigurationIndex":1,"Size":8876,"CRC":"9OMNoC4Terw="}';
const ownMeta = encodeSnapshotMeta({meta: {id: '2-66-1', index: 66, term: 2, configuration: {servers: []}, configurationIndex: 1, sizeBytes: 9}, stateCrc32: 7});

/** A data_dir with these files in its Raft folder. */
function dataDir(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'foreign-raft-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, 'raft', name)), {recursive: true});
    writeFileSync(join(dir, 'raft', name), text);
  }
  return dir;
}

it('the log and the snapshots of a real Consul are known for what they are', () => {
  const found = (files: Readonly<Record<string, string>>): readonly string[] => foreignRaft(join(dataDir(files), 'raft'));
  expect(found({'raft.db': 'x'})).toEqual(['raft.db']);
  expect(found({'wal/wal-meta.db': 'x', 'snapshots/2-97-1795269419488/meta.json': consulsMeta, 'peers.info': 'x'})).toEqual(['wal', 'snapshots']);
  expect(found({'snapshots/2-97-1795269419488/meta.json': consulsMeta, 'snapshots/2-66-1/meta.json': ownMeta})).toEqual(['snapshots']);
  expect(found({'log/CURRENT': 'x', 'snapshots/2-66-1/meta.json': ownMeta, 'snapshots/2-67-1/state.bin': 'no meta', 'snapshots/stray': 'x', 'peers.info': 'x'})).toEqual([]);
  expect(found({})).toEqual([]);
});

it('a server is refused on them, with the way out for one of several and for a lone one', () => {
  const dir = dataDir({'raft.db': 'bolt', 'log/CURRENT': 'x'});
  const text = (() => {
    try {
      refuseForeignRaft(dir);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  })();
  for (const part of ['raft/raft.db', 'raft/log', 'consul leave', 'consul snapshot save', 'consul snapshot restore', join(dir, 'raft')]) expect(text).toContain(part);
});

it('a folder of ours has a folder where a real Consul would open its log, and stays ours', () => {
  const dir = dataDir({'log/CURRENT': 'x'});
  claimRaftFolder(join(dir, 'raft'));
  claimRaftFolder(join(dir, 'raft'));
  expect(statSync(join(dir, 'raft', 'raft.db')).isDirectory()).toBe(true);
  expect(readFileSync(join(dir, 'raft', 'raft.db', 'README'), 'utf8')).toContain('consul snapshot restore');
  expect(() => refuseForeignRaft(dir)).not.toThrow();
});
