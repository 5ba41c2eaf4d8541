import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {errorCode} from '../../runtime/system-error.ts';
import {crc32c} from '../../wire/crc32c.ts';
import {RaftError} from '../raft-error.ts';

/** LevelDB's log (its doc/log_format): blocks of records, each with masked CRC-32C, length and type in front. */
const blockBytes = 32 * 1024;
const headerBytes = 7;
const recordTypeMax = 4;
const maskDelta = 0xa282ead8;

/**
 * What LevelDB wrote and did not yet sort into tables is in its log. A log that ends in the middle of a record was torn
 * while that record was being written: LevelDB drops it, and nobody was told that it was written. But LevelDB also drops,
 * without a word, all that follows a record that was damaged later, and with it what was acknowledged.
 * @throws RaftError 'corrupt' when a record is damaged that was once written whole
 */
export async function refuseDamagedLog(folder: string): Promise<void> {
  for (const name of await logsOf(folder)) {
    const damagedAt = findDamage(await readFile(join(folder, name)));
    if (damagedAt === undefined) continue;
    throw new RaftError(
      'corrupt',
      `the raft log in ${folder} is damaged: ${name} has a record at byte ${damagedAt} whose checksum is wrong. This server refuses to ` +
        'start, because it could lose entries that it has acknowledged. If the other servers of the cluster are healthy, move the raft ' +
        'folder away and start again: it will be filled from the leader. Otherwise restore a backup of the folder, or start empty and ' +
        'restore a snapshot.',
    );
  }
}

async function logsOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Where the first record begins that was whole once and is not any more; undefined when there is none. */
export function findDamage(log: Buffer): number | undefined {
  let at = 0;
  while (at < log.length) {
    const left = blockBytes - (at % blockBytes);
    // No record begins where its header does not fit.
    if (left < headerBytes) {
      at += left;
      continue;
    }
    const end = endOfRecord(log, at, left);
    if (end === 'damaged') return wasWhole(log, at, left) ? at : undefined;
    if (end === 'torn') return undefined;
    at = end;
  }
  return undefined;
}

function endOfRecord(log: Buffer, at: number, left: number): number | 'torn' | 'damaged' {
  if (at + headerBytes > log.length) return 'torn';
  const length = log.readUInt16LE(at + 4);
  const type = log.readUInt8(at + 6);
  // Room that was set aside and not used.
  if (type === 0 && length === 0 && log.readUInt32LE(at) === 0) return at + left;
  if (type === 0 || type > recordTypeMax || headerBytes + length > left) return 'damaged';
  const end = at + headerBytes + length;
  if (end > log.length) return 'torn';
  return crc32c(log.subarray(at + 6, end)) === unmasked(log.readUInt32LE(at)) ? end : 'damaged';
}

/**
 * Whether a bad record was once good: there are other bytes than zeros at the file's end. A write that a power failure cut
 * off may leave zeros where it did not get to, and nothing can stand behind it.
 */
function wasWhole(log: Buffer, at: number, left: number): boolean {
  const tail = log.subarray(Math.min(log.length, at + headerBytes));
  return log.length > at + left || (tail.length > 0 && tail[tail.length - 1] !== 0);
}

function unmasked(masked: number): number {
  const rotated = (masked - maskDelta) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
