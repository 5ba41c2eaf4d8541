import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {extract} from 'tar-stream';

/** The record of a snapshot that stands beside its state (cli.md §3.10). */
export interface SnapshotMeta {
  readonly Version: number;
  readonly ID: string;
  readonly Index: number;
  readonly Term: number;
  readonly Size: number;
}

/** An archive that is no snapshot, or a damaged one. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

const META_FILE = 'meta.json';
const STATE_FILE = 'state.bin';
const SUMS_FILE = 'SHA256SUMS';
/** Nothing but the state may be large. */
const MAX_SMALL_FILE_BYTES = 1024 * 1024;

/**
 * Reads an archive to its end and checks it: all three files, and their sums. The state is hashed as it passes.
 * @throws ArchiveError
 */
export async function verifyArchive(archive: Readable | Uint8Array): Promise<SnapshotMeta> {
  const sums = new Map<string, string>();
  const texts = new Map<string, string>();
  const tar = extract();
  const source = archive instanceof Uint8Array ? Readable.from([archive]) : archive;
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', (error) => tar.destroy(error));
  source.pipe(gunzip).pipe(tar);
  try {
    for await (const entry of tar) {
      const hash = createHash('sha256');
      const kept: Buffer[] = [];
      let size = 0;
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        if (entry.header.name === STATE_FILE) continue;
        if (size > MAX_SMALL_FILE_BYTES) throw new ArchiveError(`failed to read snapshot file: ${entry.header.name} is too large`);
        kept.push(chunk);
      }
      if (![META_FILE, STATE_FILE, SUMS_FILE].includes(entry.header.name)) throw new ArchiveError(`failed to read snapshot file: unexpected file ${JSON.stringify(entry.header.name)} in snapshot`);
      sums.set(entry.header.name, hash.digest('hex'));
      texts.set(entry.header.name, Buffer.concat(kept).toString('utf8'));
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    const fault = error as NodeJS.ErrnoException;
    if (fault.code === 'Z_DATA_ERROR' && /header/.test(fault.message)) throw new ArchiveError('failed to decompress snapshot: gzip: invalid header');
    throw new ArchiveError(`failed to read snapshot file: ${fault.message}`);
  }
  checkSums(sums, texts.get(SUMS_FILE));
  try {
    return JSON.parse(texts.get(META_FILE) ?? '') as SnapshotMeta;
  } catch (error) {
    throw new ArchiveError(`failed to read snapshot file: failed to decode snapshot metadata: ${(error as Error).message}`);
  }
}

function checkSums(sums: ReadonlyMap<string, string>, list: string | undefined): void {
  if (list === undefined) throw new ArchiveError('failed to read snapshot file: missing SHA256SUMS');
  const claimed = new Map(list.split('\n').filter((line) => line !== '').map((line): [string, string] => {
    const [sum = '', name = ''] = line.split(/\s+/);
    return [name, sum];
  }));
  for (const name of [META_FILE, STATE_FILE]) {
    if (!sums.has(name)) throw new ArchiveError(`failed to read snapshot file: missing ${name}`);
    if (claimed.get(name) !== sums.get(name)) throw new ArchiveError(`failed checking integrity of snapshot: hash check failed for "${name}"`);
  }
}
