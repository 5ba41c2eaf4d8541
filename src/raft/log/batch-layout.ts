import {decodeConfiguration} from '../configuration-codec.ts';
import {type HardState} from '../core/effects.ts';
import {type TermRun} from '../core/term-log.ts';
import {dropBatchesMax} from '../limits.ts';
import {type LogEntry, logType} from '../log-entry.ts';
import {RaftError, RaftInvariantError} from '../raft-error.ts';
import {type DiskOperation} from './log-disk.ts';
import {decodeBatch, encodeBatch} from './log-frame.ts';
import {type LogWrite, type OpenedLog} from './log-store.ts';

/** Key of a batch: this letter, then its first index as eight bytes big-endian, so that batches lie in the log's order. */
export const batchPrefix = Buffer.from('L');
/** Key of term and vote. */
export const hardStateKey = Buffer.from('S');

/**
 * How a log lies on an ordered map: one value per written batch. It does no I/O: it says which operations a write comes
 * to. It knows where each batch begins (they are contiguous), which is all that is needed to find an entry.
 */
export class BatchLayout {
  /** First indexes of the batches from `#head` on, ascending. */
  #firsts: number[] = [];
  #head = 0;
  #last = 0;
  #runs: TermRun[] = [];
  #configurations: {index: number; configuration: ReturnType<typeof decodeConfiguration>}[] = [];

  /**
   * Takes the next batch found at open.
   * @throws RaftError 'corrupt' for a hole between batches or a damaged one
   */
  found(key: Buffer, value: Buffer): void {
    const first = keyIndex(key);
    if (this.#firsts.length > 0 && first !== this.#last + 1) {
      throw new RaftError('corrupt', `entries ${this.#last + 1} to ${first - 1} are missing`);
    }
    for (const entry of decodeBatch(value, first)) {
      const run = this.#runs.at(-1);
      if (run !== undefined && entry.term < run.term) {
        throw new RaftError('corrupt', `entry ${entry.index} has term ${entry.term} after term ${run.term}`);
      }
      if (run?.term !== entry.term) this.#runs.push({first: entry.index, term: entry.term});
      if (entry.type === logType.configuration && entry.data !== null) {
        this.#configurations.push({index: entry.index, configuration: decodeConfiguration(entry.data)});
      }
      this.#last = entry.index;
    }
    this.#firsts.push(first);
  }

  /** To be called once after the last `found`. */
  opened(hardState: HardState): OpenedLog {
    const opened = {
      hardState,
      firstIndex: this.#firsts[0] ?? this.#last + 1,
      lastIndex: this.#last,
      termRuns: this.#runs,
      configurations: this.#configurations,
    };
    this.#runs = [];
    this.#configurations = [];
    return opened;
  }

  /** First index of the batch that holds `index`, undefined when none does. */
  batchOf(index: number): number | undefined {
    const at = this.#position(index);
    return at < 0 ? undefined : this.#firsts[at];
  }

  get lastIndex(): number {
    return this.#last;
  }

  /** The batch of which `write` keeps only a part: its value must be given to `plan`. */
  straddled(write: LogWrite): number | undefined {
    if (write.resetTo !== undefined || write.truncateFrom === undefined) return undefined;
    const first = this.batchOf(write.truncateFrom);
    return first === write.truncateFrom ? undefined : first;
  }

  /** What `write` comes to on the disk. The layout takes it as done. */
  plan(write: LogWrite, straddled: Buffer | undefined): DiskOperation[] {
    const operations: DiskOperation[] = [];
    if (write.hardState !== undefined) {
      operations.push({type: 'put', key: hardStateKey, value: Buffer.from(JSON.stringify(write.hardState))});
    }
    if (write.resetTo !== undefined) this.#reset(write.resetTo, operations);
    if (write.truncateFrom !== undefined) this.#truncate(write.truncateFrom, straddled, operations);
    if (write.entries.length > 0) this.#append(write.entries, operations);
    if (write.dropThrough !== undefined) this.#drop(write.dropThrough, operations);
    return operations;
  }

  #reset(next: number, operations: DiskOperation[]): void {
    for (const first of this.#firsts.slice(this.#head)) operations.push({type: 'del', key: batchKey(first)});
    this.#firsts = [];
    this.#head = 0;
    this.#last = next - 1;
  }

  #truncate(from: number, straddled: Buffer | undefined, operations: DiskOperation[]): void {
    if (from > this.#last) return;
    for (let first = this.#firsts.at(-1); first !== undefined && first >= from && this.#firsts.length > this.#head; first = this.#firsts.at(-1)) {
      operations.push({type: 'del', key: batchKey(first)});
      this.#firsts.pop();
    }
    const first = this.#firsts.length > this.#head ? this.#firsts.at(-1) : undefined;
    if (straddled !== undefined && first !== undefined) {
      const kept = decodeBatch(straddled, first).filter((entry) => entry.index < from);
      operations.push({type: 'put', key: batchKey(first), value: encodeBatch(kept)});
    }
    this.#last = from - 1;
  }

  #append(entries: readonly LogEntry[], operations: DiskOperation[]): void {
    const first = entries[0]?.index ?? 0;
    const empty = this.#firsts.length === this.#head;
    if (first !== this.#last + 1 && !(empty && this.#last === 0)) {
      throw new RaftInvariantError(`entry ${first} written after entry ${this.#last}`);
    }
    operations.push({type: 'put', key: batchKey(first), value: encodeBatch(entries)});
    this.#firsts.push(first);
    this.#last = first + entries.length - 1;
  }

  /** Whole batches only, and a bounded number at a time: the rest goes with later drops. */
  #drop(through: number, operations: DiskOperation[]): void {
    for (let dropped = 0; dropped < dropBatchesMax; dropped++) {
      const first = this.#firsts[this.#head];
      const next = this.#firsts[this.#head + 1] ?? this.#last + 1;
      if (first === undefined || next > through + 1) break;
      operations.push({type: 'del', key: batchKey(first)});
      this.#head++;
    }
    if (this.#head * 2 > this.#firsts.length) {
      this.#firsts = this.#firsts.slice(this.#head);
      this.#head = 0;
    }
  }

  /** More could be dropped than one write did. */
  hasMoreToDrop(through: number): boolean {
    const next = this.#firsts[this.#head + 1] ?? this.#last + 1;
    return this.#firsts.length > this.#head && next <= through + 1;
  }

  #position(index: number): number {
    if (index > this.#last) return -1;
    let low = this.#head;
    let high = this.#firsts.length - 1;
    if (low > high || index < (this.#firsts[low] ?? Infinity)) return -1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] ?? Infinity) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export function batchKey(first: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = 0x4c;
  key.writeUInt32BE(Math.floor(first / 0x1_0000_0000), 1);
  key.writeUInt32BE(first >>> 0, 5);
  return key;
}

function keyIndex(key: Buffer): number {
  if (key.length !== 9) throw new RaftError('corrupt', `a batch has the key 0x${key.toString('hex')}`);
  return key.readUInt32BE(1) * 0x1_0000_0000 + key.readUInt32BE(5);
}

/** @throws RaftError 'corrupt' */
export function decodeHardState(value: Buffer | undefined): HardState {
  if (value === undefined) return {term: 0, votedFor: ''};
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'term' in parsed && 'votedFor' in parsed) {
      const {term, votedFor} = parsed;
      if (typeof term === 'number' && Number.isSafeInteger(term) && term >= 0 && typeof votedFor === 'string') {
        return 'owes' in parsed && parsed.owes === true ? {term, votedFor, owes: true} : {term, votedFor};
      }
    }
  } catch (error) {
    throw new RaftError('corrupt', 'term and vote cannot be read', {cause: error});
  }
  throw new RaftError('corrupt', 'term and vote cannot be read');
}
