import {crc32} from 'node:zlib';

import {type LogEntry} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';

/*
 * A batch is entries one after the other, each framed (all integers big-endian):
 *   0 u32 CRC-32 of the rest of the frame    4 u32 length of the whole frame
 *   8 u64 index   16 u64 term   24 f64 appendedAtMs
 *  32 u8 type   33 u8 flags (1: data not null, 2: extensions not null)   34 u16 zero   36 u32 length of data
 *  40 data, extensions
 */
const headerBytes = 40;
const hasData = 1;
const hasExtensions = 2;
const two32 = 0x1_0000_0000;

export function encodeBatch(entries: readonly LogEntry[]): Buffer {
  let total = 0;
  for (const entry of entries) total += frameBytes(entry);
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const entry of entries) at = writeFrame(out, at, entry);
  return out;
}

function frameBytes(entry: LogEntry): number {
  return headerBytes + (entry.data?.length ?? 0) + (entry.extensions?.length ?? 0);
}

function writeFrame(out: Buffer, at: number, entry: LogEntry): number {
  const {data, extensions} = entry;
  const end = at + frameBytes(entry);
  out.writeUInt32BE(end - at, at + 4);
  writeUint64(out, entry.index, at + 8);
  writeUint64(out, entry.term, at + 16);
  out.writeDoubleBE(entry.appendedAtMs, at + 24);
  out[at + 32] = entry.type;
  out[at + 33] = (data === null ? 0 : hasData) | (extensions === null ? 0 : hasExtensions);
  out.writeUInt16BE(0, at + 34);
  out.writeUInt32BE(data?.length ?? 0, at + 36);
  if (data !== null) out.set(data, at + headerBytes);
  if (extensions !== null) out.set(extensions, end - extensions.length);
  out.writeUInt32BE(crc32(out.subarray(at + 4, end)), at);
  return end;
}

function writeUint64(out: Buffer, value: number, at: number): void {
  out.writeUInt32BE(Math.floor(value / two32), at);
  out.writeUInt32BE(value >>> 0, at + 4);
}

/**
 * The entries of a batch; their bytes are views of `batch`.
 * @throws RaftError 'corrupt' for anything but whole frames with good checksums and consecutive indexes from `firstIndex`
 */
export function decodeBatch(batch: Buffer, firstIndex: number): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let at = 0; at < batch.length; ) {
    const index = firstIndex + entries.length;
    const length = at + headerBytes <= batch.length ? batch.readUInt32BE(at + 4) : 0;
    if (length < headerBytes || at + length > batch.length) throw new RaftError('corrupt', `entry ${index} is cut off`);
    const end = at + length;
    if (crc32(batch.subarray(at + 4, end)) !== batch.readUInt32BE(at)) throw new RaftError('corrupt', `entry ${index} fails its checksum`);
    const entry = readFrame(batch, at, end);
    if (entry.index !== index) throw new RaftError('corrupt', `entry ${entry.index} stands where ${index} should`);
    entries.push(entry);
    at = end;
  }
  if (entries.length === 0) throw new RaftError('corrupt', `the batch at ${firstIndex} is empty`);
  return entries;
}

function readFrame(batch: Buffer, at: number, end: number): LogEntry {
  const flags = batch[at + 33] ?? 0;
  const dataEnd = at + headerBytes + batch.readUInt32BE(at + 36);
  if (dataEnd > end) throw new RaftError('corrupt', 'an entry is longer than its frame');
  return {
    index: readUint64(batch, at + 8),
    term: readUint64(batch, at + 16),
    type: batch[at + 32] ?? 0,
    data: (flags & hasData) === 0 ? null : batch.subarray(at + headerBytes, dataEnd),
    extensions: (flags & hasExtensions) === 0 ? null : batch.subarray(dataEnd, end),
    appendedAtMs: batch.readDoubleBE(at + 24),
  };
}

function readUint64(batch: Buffer, at: number): number {
  return batch.readUInt32BE(at) * two32 + batch.readUInt32BE(at + 4);
}
