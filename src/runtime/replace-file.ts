import {randomUUID} from 'node:crypto';
import {open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {syncFolder} from './sync-folder.ts';

export interface ReplaceFileOptions {
  /** Of the new file, whatever the old one's was. */
  readonly mode: number;
  /** Survives a loss of power, too, once the promise has resolved. */
  readonly synced: boolean;
}

/** Puts a file in the place of another in one step: a crash leaves the one or the other, never half. @throws Error of the disk */
export async function replaceFile(path: string, text: string, {mode, synced}: ReplaceFileOptions): Promise<void> {
  const temporary = `${path}-${randomUUID()}.tmp`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(text);
    if (synced) await file.sync();
  } catch (error) {
    await rm(temporary, {force: true});
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  if (synced) await syncFolder(dirname(path));
}
