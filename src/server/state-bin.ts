import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {type ChunkAssembler, type ChunkRecord} from '../raft/driver/chunk-assembler.ts';
import {drive, inTurns, type Sliced} from '../runtime/slices.ts';
import {type View} from '../store/view.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {decodeChunking, encodeChunking} from './chunking-record.ts';
import {snapshotPieceBytes} from './limits.ts';
import {SnapshotHeader, StateCutter} from './state-cutter.ts';

const chunkingType = 29;
/** A record's first byte, by its type: made once, for there are millions of records. */
const typeBytes: Buffer[] = [];

/** state.bin in pieces (rpc-raft.md §17): the header, each domain's records in Consul's order, the parts of chunked commands. */
export function writeState(view: View, kinds: readonly SnapshotRecords[], chunks: readonly ChunkRecord[]): AsyncGenerator<Buffer> {
  return inTurns(statePieces(view, kinds, chunks));
}

/** Gives a piece when one is whole, else undefined after each record. */
function* statePieces(view: View, kinds: readonly SnapshotRecords[], chunks: readonly ChunkRecord[]): Generator<Buffer | undefined, void> {
  let pieces: Uint8Array[] = [SnapshotHeader.toMsgpack({LastIndex: yield* highestIndex(view)})];
  let bytes = 0;
  for (const kind of [...kinds].sort((a, b) => a.order - b.order)) {
    for (const {type, value} of kind.write(view)) {
      pieces.push((typeBytes[type] ??= Buffer.of(type)), value);
      bytes += value.length + 1;
      if (bytes < snapshotPieceBytes) {
        yield undefined;
        continue;
      }
      yield Buffer.concat(pieces);
      pieces = [];
      bytes = 0;
    }
  }
  pieces.push(Buffer.of(chunkingType), encodeChunking(chunks));
  yield Buffer.concat(pieces);
}

function* highestIndex(view: View): Generator<undefined, number> {
  let highest = 0;
  for (const [, index] of view.indexEntries()) {
    highest = Math.max(highest, index);
    yield undefined;
  }
  return highest;
}

/**
 * Reads a state.bin into a store's new contents.
 * @throws Error naming the record type when it is unknown; MsgpackError for bytes that are none
 */
export async function readState(source: AsyncIterable<Buffer>, tx: WriteTx, kinds: readonly SnapshotRecords[], assembler: ChunkAssembler): Promise<void> {
  const byType = new Map(kinds.flatMap((kind) => kind.types.map((type) => [type, kind] as const)));
  const cutter = new StateCutter();
  let chunks: ChunkRecord[] = [];
  function* restoreRecords(): Sliced<void> {
    for (let record = cutter.next(); record !== null; record = cutter.next()) {
      if (record.type === chunkingType) chunks = decodeChunking(record.value);
      else restoreRecord(byType.get(record.type), tx, record.type, record.value);
      yield;
    }
  }
  for await (const piece of source) {
    cutter.push(piece);
    await drive(restoreRecords());
  }
  cutter.end();
  assembler.restore(chunks);
}

function restoreRecord(kind: SnapshotRecords | undefined, tx: WriteTx, type: number, value: Buffer): void {
  if (kind !== undefined) kind.restore(tx, type, value);
  else if (type >= 64) throw new Error(`msg type <${type}> is a Consul Enterprise log entry. Consul CE cannot restore it`);
  else throw new Error(`Unrecognized msg type ${type}`);
}
