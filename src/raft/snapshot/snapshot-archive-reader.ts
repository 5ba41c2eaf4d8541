import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {extract} from 'tar-stream';

/** The record of a snapshot that stands beside its state in an archive (rpc-raft.md §17). */
export interface ArchivedMeta {
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

/** A gzip stream has at least these. */
const gzipHeaderBytes = 10;
const META_FILE = 'meta.json';
const STATE_FILE = 'state.bin';
const SUMS_FILE = 'SHA256SUMS';
/** Nothing but the state may be large. */
const MAX_SMALL_FILE_BYTES = 1024 * 1024;

/**
 * Reads an archive to its end and checks it: all three files, and their sums. The state is hashed as it passes.
 * @param onState is given the state piece by piece, before it is known to be whole
 * @throws ArchiveError
 */
export async function verifyArchive(archive: Readable | Uint8Array, onState: (piece: Buffer) => Promise<void> | void = () => undefined): Promise<ArchivedMeta> {
  const sums = new Map<string, string>();
  const texts = new Map<string, string>();
  const tar = extract();
  const source = archive instanceof Uint8Array ? Readable.from([archive]) : archive;
  const gunzip = createGunzip();
  let bytesRead = 0;
  let isDecompressed = false;
  source.on('data', (chunk: Uint8Array) => (bytesRead += chunk.length));
  source.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', (error) => tar.destroy(error));
  source.pipe(gunzip).pipe(tar);
  try {
    for await (const entry of tar) {
      isDecompressed = true;
      const hash = createHash('sha256');
      const kept: Buffer[] = [];
      let size = 0;
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        if (entry.header.name === STATE_FILE) {
          await onState(chunk);
          continue;
        }
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
    if (bytesRead === 0) throw new ArchiveError('failed to decompress snapshot: EOF');
    const isCut = bytesRead < gzipHeaderBytes || (fault.code === 'Z_BUF_ERROR' && !isDecompressed);
    if (isCut) throw new ArchiveError('failed to decompress snapshot: unexpected EOF');
    if (fault.code === 'Z_DATA_ERROR' && /header/.test(fault.message)) throw new ArchiveError('failed to decompress snapshot: gzip: invalid header');
    throw new ArchiveError(`failed to read snapshot file: ${fault.message}`);
  }
  if (bytesRead === 0) throw new ArchiveError('failed to decompress snapshot: EOF');
  checkSums(sums, texts.get(SUMS_FILE));
  try {
    return JSON.parse(texts.get(META_FILE) ?? '') as ArchivedMeta;
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
