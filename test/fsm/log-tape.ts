import {readFileSync, writeFileSync} from 'node:fs';
import {brotliCompressSync, brotliDecompressSync, constants} from 'node:zlib';
import {type LogEntry, logType} from '../../src/raft/log-entry.ts';

/**
 * What a real leader wrote into its log, and the state it then had: recorded by `test/interop/rpc/record-tape.ts`.
 * Bytes are texts of latin1, which compress better than others would.
 */
export interface LogTape {
  /** The state.bin where it begins. */
  readonly start: string;
  readonly steps: readonly TapeStep[];
  /** The largest state.bin on the way, and how many steps led to it; the last that was restored, where such are: what follows one may differ from what would have followed without. */
  readonly fullest: {readonly steps: number; readonly state: string};
}

/** One request to the leader, and what came of it. */
export interface TapeStep {
  readonly request: string;
  readonly answer: string;
  /** The state.bin that took the place of the server's state before those entries, where a snapshot was restored. */
  readonly restored?: string;
  /** The entries that were written meanwhile. */
  readonly entries: readonly (readonly [index: number, data: string | null, extensions: string | null])[];
  /** The index of the last entry in the state after them; lines of the state (see stateText) that went and that came. */
  readonly index: number;
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

export function readTape(path: string): LogTape {
  return JSON.parse(brotliDecompressSync(readFileSync(path)).toString('utf8')) as LogTape;
}

export function writeTape(path: string, tape: LogTape): void {
  const params = {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24};
  writeFileSync(path, brotliCompressSync(JSON.stringify(tape), {params}));
}

export function entriesOf(step: TapeStep): LogEntry[] {
  return step.entries.map(([index, data, extensions]) => ({
    index, term: 1, type: logType.command, data: data === null ? null : bytesOf(data), extensions: extensions === null ? null : bytesOf(extensions), appendedAtMs: 0,
  }));
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
