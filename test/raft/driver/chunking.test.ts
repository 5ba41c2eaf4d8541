import fc from 'fast-check';
import {expect, it} from 'vitest';

import {type Assembled, ChunkAssembler} from '../../../src/raft/driver/chunk-assembler.ts';
import {chunkCommand, decodeChunkInfo, encodeChunkInfo} from '../../../src/raft/driver/chunking.ts';
import {type LogEntry} from '../../../src/raft/log-entry.ts';
import {RaftError} from '../../../src/raft/raft-error.ts';
import {seededRandom} from '../../../src/runtime/random.ts';

const command = Buffer.from(seededRandom(1).bytes(1_300_000));
const parts = chunkCommand(command, seededRandom(2), null);
const entry = (index: number, term: number, part: {data: Uint8Array; extensions: Uint8Array | null}): LogEntry => ({index, term, type: 0, appendedAtMs: 0, ...part});

const isWhole = (result: Assembled | undefined): boolean => result?.kind === 'command' && command.equals(result.data);

it('writes a part’s extensions as the vector says', () => {
  const info = {operation: 72623859790382856n, sequence: 1, count: 3, nextExtensions: null};
  expect(encodeChunkInfo(info).toString('hex')).toBe('08888e98a8c0e080810110011803');
  expect(decodeChunkInfo(Buffer.from('08888e98a8c0e080810110011803', 'hex'))).toEqual(info);
});

it('cuts at 512 KiB and puts together what it cut, at the last part', () => {
  expect(parts.map((part) => part.data.length)).toEqual([524288, 524288, 251424]);
  const assembler = new ChunkAssembler();
  const results = parts.map((part, i) => assembler.accept(entry(i + 1, 1, part)));
  expect(results.map((result) => result.kind)).toEqual(['part', 'part', 'command']);
  expect(isWhole(results[2])).toBe(true);
  expect(assembler.records()).toEqual([]);
});

it('drops parts of an earlier term and tells the proposer to send again', () => {
  const assembler = new ChunkAssembler();
  parts.slice(0, 2).forEach((part, i) => assembler.accept(entry(i + 1, 1, part)));
  const last = parts[2];
  const result = last && assembler.accept(entry(4, 2, last));
  expect(result).toMatchObject({kind: 'lost', error: {message: 'please resubmit call for rechunking'}});
});

it('keeps parts over a snapshot', () => {
  const before = new ChunkAssembler();
  parts.slice(0, 2).forEach((part, i) => before.accept(entry(i + 1, 1, part)));
  const after = new ChunkAssembler();
  after.restore(before.records());
  const last = parts[2];
  expect(isWhole(last && after.accept(entry(3, 1, last)))).toBe(true);
});

it('lets a log-verifier checkpoint pass, whose extensions are something else', () => {
  const checkpoint = {data: Buffer.from('a9c0', 'hex'), extensions: Buffer.alloc(24, 0xff)};
  expect(new ChunkAssembler().accept(entry(1, 1, checkpoint))).toMatchObject({kind: 'command', extensions: checkpoint.extensions});
});

it('answers any bytes with a ChunkInfo or an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 40}), (bytes) => {
      try {
        decodeChunkInfo(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RaftError);
      }
    }),
  );
});
