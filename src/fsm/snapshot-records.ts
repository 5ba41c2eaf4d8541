import {type View} from '../store/view.ts';
import {type WriteTx} from '../store/write-tx.ts';

/** One kind of record in a snapshot's state.bin (rpc-raft.md §17). */
export interface SnapshotRecords {
  /** The record types this kind reads; it may write fewer. */
  readonly types: readonly number[];
  /** Place in the file: records are written in ascending order of it. */
  readonly order: number;
  /** Each record: its type and its msgpack value, in the order in which they must stand. */
  write(view: View): Iterable<{readonly type: number; readonly value: Uint8Array}>;
  /** Puts one record into the tables, with the indexes it carries. */
  restore(tx: WriteTx, type: number, value: Uint8Array): void;
}
