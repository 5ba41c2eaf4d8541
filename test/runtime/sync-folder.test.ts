import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {syncFolder} from '../../src/runtime/sync-folder.ts';

test('who asks while a folder is synced shares the sync that begins after it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-folder-'));
  try {
    const first = syncFolder(folder);
    const [second, third] = [syncFolder(folder), syncFolder(folder)];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    await first;
    await second;
    const later = syncFolder(folder);
    expect(later).not.toBe(second);
    await later;
  } finally {
    await rm(folder, {recursive: true});
  }
});

test('a folder that is not there is an error to all who asked, and is asked for again', async () => {
  const missing = join(tmpdir(), 'sync-folder-missing');
  const asked = [syncFolder(missing), syncFolder(missing)];
  expect((await Promise.allSettled(asked)).map(({status}) => status)).toEqual(['rejected', 'rejected']);
  await expect(syncFolder(missing)).rejects.toThrow('ENOENT');
});
