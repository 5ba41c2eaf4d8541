import {struct} from '../schema/struct.ts';
import {uint} from '../schema/types.ts';
import {MsgpackFramer} from '../wire/msgpack-framer.ts';
import {snapshotRecordBytesMax} from './limits.ts';

/** What a state.bin begins with. */
export const SnapshotHeader = struct('SnapshotHeader', {LastIndex: uint}, {goType: 'fsm.SnapshotHeader'});

/** One record of a state.bin: its type byte and its msgpack value. */
export interface StateRecord {
  readonly type: number;
  readonly value: Buffer;
}

/** Cuts a state.bin, which comes in pieces of any size, into its records (rpc-raft.md §17). */
export class StateCutter {
  /** A record's type byte is itself a msgpack integer below 0x80, so one framer cuts both. */
  readonly #framer = new MsgpackFramer(snapshotRecordBytesMax);
  #headerBytes = 0;
  #type: number | undefined;

  /** Length of the header; 0 until it was read. */
  get headerBytes(): number {
    return this.#headerBytes;
  }

  push(piece: Buffer): void {
    this.#framer.push(piece);
  }

  /**
   * The next whole record, or null until more pieces have come.
   * @throws MsgpackError for bytes that are no msgpack; Error for what is no record type
   */
  next(): StateRecord | null {
    for (;;) {
      const value = this.#framer.next();
      if (value === null) return null;
      if (this.#headerBytes === 0) {
        SnapshotHeader.fromMsgpack(value);
        this.#headerBytes = value.length;
      } else if (this.#type === undefined) {
        this.#type = recordType(value);
      } else {
        const type = this.#type;
        this.#type = undefined;
        return {type, value};
      }
    }
  }

  /** No more pieces come. @throws Error when the last record is not whole, or there was no header */
  end(): void {
    if (this.#headerBytes === 0 || this.#type !== undefined || this.#framer.pendingBytes > 0) throw new Error('failed to read snapshot: unexpected EOF');
  }
}

function recordType(value: Buffer): number {
  const type = value[0] ?? 0;
  if (value.length !== 1 || type >= 0x80) throw new Error(`Unrecognized msg type ${type}`);
  return type;
}
