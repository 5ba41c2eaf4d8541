import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import fc from 'fast-check';
import {expect, it} from 'vitest';

import {RaftError} from '../../../src/raft/raft-error.ts';
import {decodeSnapshotMeta} from '../../../src/raft/snapshot/snapshot-meta-file.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {type SnapshotMeta} from '../../../src/raft/snapshot/snapshot-store.ts';
import {inFolder, soleConfiguration} from '../driver/single-server.ts';

async function stored(store: DirectorySnapshotStore, index: number, text: string): Promise<SnapshotMeta> {
  const writer = await store.create({index, term: 2, configuration: soleConfiguration, configurationIndex: 1}, 1000 + index);
  for (const part of text.match(/.{1,10}/gs) ?? []) await writer.write(Buffer.from(part));
  return writer.commit();
}

async function textOf(source: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of source) text += chunk.toString();
  return text;
}

const withStore = (work: (store: DirectorySnapshotStore, folder: string) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const store = new DirectorySnapshotStore(folder);
    await store.open();
    await work(store, folder);
  });

it('gives back what was written, newest first, and keeps two', () =>
  withStore(async (store) => {
    for (const index of [5, 9, 12]) await stored(store, index, `state at ${index}`.repeat(50));
    const {snapshots, damaged} = await store.list();
    expect(damaged).toEqual([]);
    expect(snapshots.map(({id}) => id)).toEqual(['2-12-1012', '2-9-1009']);
    expect(snapshots[0]).toMatchObject({index: 12, term: 2, configuration: soleConfiguration, configurationIndex: 1, sizeBytes: 550});
    for (const meta of snapshots) expect(await textOf(store.read(meta))).toBe(`state at ${meta.index}`.repeat(50));
  }));

it('forgets one that was not finished', () =>
  withStore(async (store, folder) => {
    const head = {index: 3, term: 1, configuration: soleConfiguration, configurationIndex: 1};
    const aborted = await store.create(head, 1);
    await aborted.write(Buffer.from('x'));
    await aborted.abort();
    await mkdir(join(folder, '1-3-2.tmp'));
    await new DirectorySnapshotStore(folder).open();
    expect(await readdir(folder)).toEqual([]);
  }));

it('names damaged ones and never yields a damaged state whole', () =>
  withStore(async (store, folder) => {
    const meta = await stored(store, 7, 'a'.repeat(1000));
    const other = await stored(store, 8, 'b'.repeat(1000));
    const path = join(folder, meta.id, 'state.bin');
    const bytes = await readFile(path);
    bytes[500] = 1;
    await writeFile(path, bytes);
    await expect(textOf(store.read(meta))).rejects.toMatchObject({code: 'corrupt'});
    await writeFile(path, bytes.subarray(0, 900));
    await writeFile(join(folder, other.id, 'meta.json'), '{"Version":');
    const {snapshots, damaged} = await store.list();
    expect(snapshots).toEqual([]);
    expect(damaged.map(({why}) => why).sort()).toEqual(['meta.json is not JSON', 'state.bin has 900 bytes, meta.json says 1000']);
  }));

it('answers any meta.json with a meta or an error', () => {
  const value = fc.jsonValue({maxDepth: 3});
  const keys = ['Version', 'ID', 'Index', 'Term', 'Configuration', 'ConfigurationIndex', 'Size', 'CRC32'];
  fc.assert(
    fc.property(fc.oneof(value, fc.record(Object.fromEntries(keys.map((key) => [key, fc.oneof(fc.nat(3), value)])))), (json) => {
      try {
        decodeSnapshotMeta(JSON.stringify(json));
      } catch (error) {
        expect(error).toBeInstanceOf(RaftError);
      }
    }),
  );
});
