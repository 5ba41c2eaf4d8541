import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {extract} from 'tar-stream';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {bytes, int, list, str, uint} from '../../schema/types.ts';

const ArchivedServer = struct('Server', {Suffrage: int, ID: str, Address: str}, {goType: 'raft.Server'});

/** The record that stands beside the state in an archive (rpc-raft.md §17). Version, index, term and size count. */
export const ArchivedMeta = struct('SnapshotMeta', {
  Version: int,
  ID: str,
  Index: uint,
  Term: uint,
  Peers: bytes,
  Configuration: struct('Configuration', {Servers: list(ArchivedServer)}, {goType: 'raft.Configuration'}),
  ConfigurationIndex: uint,
  Size: int,
});
export type ArchivedMeta = TypeOf<typeof ArchivedMeta>;

/** An archive that is no snapshot, or a damaged one. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** A gzip stream has at least these. */
const gzipHeaderBytes = 10;
const tarBlockBytes = 512;
/** What a tar ends with. */
const tarEndBytes = 2 * tarBlockBytes;
const META_FILE = 'meta.json';
const STATE_FILE = 'state.bin';
const SUMS_FILE = 'SHA256SUMS';
const files: readonly string[] = [META_FILE, STATE_FILE, SUMS_FILE];
/** Nothing but the state may be large. */
const MAX_SMALL_FILE_BYTES = 1024 * 1024;
/** What was being done, by the file in which it went wrong, in 1.21.4's words. */
const doing: Readonly<Record<string, string>> = {[META_FILE]: 'failed to read snapshot metadata', [STATE_FILE]: 'failed to read or write snapshot data'};

/** What a reading has come across so far. */
interface Progress {
  readonly sums: Map<string, string>;
  readonly texts: Map<string, string>;
  /** The file that is being read. */
  inside: string | undefined;
  /** Bytes of the tar that its files account for; undefined when it has headers that are not handed out. */
  tarBytes: number | undefined;
}

/**
 * Reads an archive to its end and checks it: all three files, and their sums. The state is hashed as it passes.
 * @param onState is given the state piece by piece, before it is known to be whole
 * @throws ArchiveError in the words of 1.21.4; whatever `onState` throws
 */
export async function verifyArchive(archive: Readable | Uint8Array, onState: (piece: Buffer) => Promise<void> | void = () => undefined): Promise<ArchivedMeta> {
  const source = archive instanceof Uint8Array ? Readable.from([archive]) : archive;
  const gunzip = createGunzip();
  const tar = extract();
  let compressedBytes = 0;
  let plainBytes = 0;
  source.on('data', (chunk: Uint8Array) => (compressedBytes += chunk.length));
  source.on('error', (error) => gunzip.destroy(error));
  gunzip.on('data', (chunk: Uint8Array) => (plainBytes += chunk.length));
  gunzip.on('error', (error) => tar.destroy(error));
  source.pipe(gunzip).pipe(tar);
  const progress: Progress = {sums: new Map(), texts: new Map(), inside: undefined, tarBytes: 0};
  try {
    await readFiles(tar, progress, onState);
  } catch (error) {
    throw error instanceof ArchiveError ? error : explained(error, compressedBytes, progress);
  } finally {
    gunzip.destroy();
  }
  if (compressedBytes === 0) throw new ArchiveError('failed to decompress snapshot: EOF');
  checkSums(progress);
  const unreadBytes = progress.tarBytes === undefined ? 0 : plainBytes - progress.tarBytes - tarEndBytes;
  if (unreadBytes > 0) throw new ArchiveError(`${unreadBytes} unread uncompressed bytes remain`);
  return decodeMeta(progress.texts.get(META_FILE) ?? '');
}

async function readFiles(tar: ReturnType<typeof extract>, progress: Progress, onState: (piece: Buffer) => Promise<void> | void): Promise<void> {
  for await (const entry of tar) {
    const {name, pax} = entry.header;
    if (!files.includes(name)) throw new ArchiveError(`failed to read snapshot file: unexpected file ${JSON.stringify(name)} in snapshot`);
    progress.inside = name;
    const hash = createHash('sha256');
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const piece of entry as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      if (name === STATE_FILE) {
        await onState(piece);
        continue;
      }
      if (bytes > MAX_SMALL_FILE_BYTES) throw new ArchiveError(`failed to read snapshot file: ${name} is too large`);
      kept.push(piece);
    }
    progress.sums.set(name, hash.digest('hex'));
    progress.texts.set(name, Buffer.concat(kept).toString('utf8'));
    progress.inside = undefined;
    // A pax header stands in blocks of its own, which only its reader has seen.
    if (pax !== null && pax !== undefined) progress.tarBytes = undefined;
    else if (progress.tarBytes !== undefined) progress.tarBytes += tarBlockBytes + Math.ceil(bytes / tarBlockBytes) * tarBlockBytes;
  }
}

/** Go's words for what the libraries found; other errors as they are. */
function explained(error: unknown, compressedBytes: number, {inside, sums}: Progress): unknown {
  if (compressedBytes === 0) return new ArchiveError('failed to decompress snapshot: EOF');
  const {code, message} = error as NodeJS.ErrnoException;
  const isCut = code === 'Z_BUF_ERROR' || /unexpected end of data/i.test(message);
  const isFirst = inside === undefined && sums.size === 0;
  if (compressedBytes < gzipHeaderBytes || (isCut && isFirst)) return new ArchiveError('failed to decompress snapshot: unexpected EOF');
  if (code === 'Z_DATA_ERROR' && /header/.test(message)) return new ArchiveError('failed to decompress snapshot: gzip: invalid header');
  const what = `failed to read snapshot file: ${doing[inside ?? ''] ?? 'failed reading snapshot'}`;
  if (isCut) return new ArchiveError(`${what}: unexpected EOF`);
  if (/invalid tar header/i.test(message)) return new ArchiveError(`${what}: archive/tar: invalid tar header`);
  return code?.startsWith('Z_') === true ? new ArchiveError(`${what}: ${message}`) : error;
}

/** A file that is not there has the sum of an empty one. */
function checkSums({sums, texts}: Progress): void {
  const lines = (texts.get(SUMS_FILE) ?? '').split('\n').map((line) => line.split(/\s+/));
  const claimed = new Map(lines.map(([sum = '', name = '']) => [name, sum]));
  const sumOfNothing = createHash('sha256').digest('hex');
  for (const name of [META_FILE, STATE_FILE]) {
    const claim = claimed.get(name);
    if (claim === undefined) throw integrityError(`file missing for "${name}"`);
    if (claim !== (sums.get(name) ?? sumOfNothing)) throw integrityError(`hash check failed for "${name}"`);
  }
}

function integrityError(what: string): ArchiveError {
  return new ArchiveError(`failed to read snapshot file: failed checking integrity of snapshot: ${what}`);
}

function decodeMeta(text: string): ArchivedMeta {
  try {
    return ArchivedMeta.fromJson(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ArchiveError(`failed to read snapshot file: failed to decode snapshot metadata: ${error.message}`);
  }
}
