import {chunkBytesMax, chunkedOperationsMax} from '../limits.ts';
import {type LogEntry} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';
import {type ChunkInfo, decodeChunkInfo} from './chunking.ts';

/** Parts of one command, by sequence number; null where a part has not come. */
interface PartialOperation {
  readonly term: number;
  readonly parts: (Uint8Array | null)[];
}

/** One part as the snapshot record 29 states it (sheet rpc-raft §17). */
export interface ChunkRecord {
  readonly operation: bigint;
  readonly sequence: number;
  readonly count: number;
  readonly term: number;
  readonly data: Uint8Array;
}

export type Assembled =
  /** A command to apply: the entry's own bytes, or all parts put together at the index of the last. */
  | {readonly kind: 'command'; readonly data: Uint8Array; readonly extensions: Uint8Array | null}
  /** A part; its result is nothing. */
  | {readonly kind: 'part'}
  /** Parts are missing: the result is this error (a ConsulError's text for the client). */
  | {readonly kind: 'lost'; readonly error: RaftError};

const commandsMaxBytes = 512 * 1024 * 1024;
const partsMax = Math.ceil(commandsMaxBytes / chunkBytesMax);
/** A log-verifier checkpoint carries extensions that are no ChunkInfo (sheet §13, end). */
const verifierCheckpointByte = 41 | 0x80;

/**
 * The FSM's side of chunked commands (sheet rpc-raft §15): keeps parts by operation until the last has come. Deterministic:
 * what is kept depends on the entries alone. Parts of an earlier term are dropped, because their proposer was told so.
 */
export class ChunkAssembler {
  #operations = new Map<bigint, PartialOperation>();
  #term = 0;

  /** To be called with every command entry, in order. */
  accept(entry: LogEntry): Assembled {
    if (entry.term > this.#term) {
      this.#term = entry.term;
      this.#operations.clear();
    }
    const data = entry.data ?? new Uint8Array(0);
    if (entry.extensions === null || entry.extensions.length === 0 || data[0] === verifierCheckpointByte) {
      return {kind: 'command', data, extensions: entry.extensions};
    }
    return this.#acceptPart(decodeChunkInfo(entry.extensions), data, entry.term);
  }

  #acceptPart(info: ChunkInfo, data: Uint8Array, term: number): Assembled {
    const {operation, sequence, count} = info;
    if (count < 1 || count > partsMax || sequence >= count) {
      return {kind: 'lost', error: new RaftError('corrupt', `part ${sequence} of ${count} cannot be`)};
    }
    let held = this.#operations.get(operation);
    if (held?.parts.length !== count) held = {term, parts: new Array<Uint8Array | null>(count).fill(null)};
    held.parts[sequence] = data;
    this.#operations.delete(operation);
    if (sequence < count - 1) {
      this.#operations.set(operation, held);
      this.#bound();
      return {kind: 'part'};
    }
    if (held.parts.includes(null)) {
      return {kind: 'lost', error: new RaftError('leadership-lost', 'please resubmit call for rechunking')};
    }
    const whole = Buffer.concat(held.parts.filter((part) => part !== null));
    return {kind: 'command', data: whole, extensions: info.nextExtensions};
  }

  #bound(): void {
    for (const eldest of this.#operations.keys()) {
      if (this.#operations.size <= chunkedOperationsMax) return;
      this.#operations.delete(eldest);
    }
  }

  /** What a snapshot must hold; parts that have not come are left out. */
  records(): ChunkRecord[] {
    const records: ChunkRecord[] = [];
    for (const [operation, {term, parts}] of this.#operations) {
      parts.forEach((data, sequence) => {
        if (data !== null) records.push({operation, sequence, count: parts.length, term, data});
      });
    }
    return records;
  }

  /** Takes a snapshot's records in place of all that is held. */
  restore(records: readonly ChunkRecord[]): void {
    this.#operations = new Map();
    this.#term = 0;
    for (const {operation, sequence, count, term, data} of records) {
      if (count < 1 || count > partsMax || sequence >= count) throw new RaftError('corrupt', `part ${sequence} of ${count} cannot be`);
      const held = this.#operations.get(operation) ?? {term, parts: new Array<Uint8Array | null>(count).fill(null)};
      held.parts[sequence] = data;
      this.#operations.set(operation, held);
      this.#term = Math.max(this.#term, term);
    }
  }
}
