import {type ChunkRecord} from '../raft/driver/chunk-assembler.ts';
import {struct} from '../schema/struct.ts';
import {binary, uint, uint32, uint64} from '../schema/types.ts';
import {MsgpackReader} from '../wire/msgpack-reader.ts';
import {MsgpackWriter} from '../wire/msgpack-writer.ts';

const ChunkInfo = struct('ChunkInfo', {OpNum: uint64, SequenceNum: uint32, NumChunks: uint32, Term: uint, Data: binary}, {goType: 'raftchunking.ChunkInfo'});

/** Record 29: parts of commands whose last part has not come (rpc-raft.md §17). A map keyed by uint64, hence by hand. */
export function encodeChunking(records: readonly ChunkRecord[]): Buffer {
  const operations = Map.groupBy(records, (record) => record.operation);
  const writer = new MsgpackWriter();
  writer.writeMapHeader(1);
  writer.writeString('ChunkMap');
  writer.writeMapHeader(operations.size);
  for (const [operation, parts] of operations) {
    const bySequence = new Map(parts.map((part) => [part.sequence, part]));
    const count = parts[0]?.count ?? 0;
    writer.writeBigInt(operation);
    writer.writeArrayHeader(count);
    for (let sequence = 0; sequence < count; sequence++) {
      const part = bySequence.get(sequence);
      if (part === undefined) writer.writeNil();
      else ChunkInfo.writeMsgpack(writer, {OpNum: operation, SequenceNum: sequence, NumChunks: count, Term: part.term, Data: part.data});
    }
  }
  return writer.toBuffer();
}

/** @throws MsgpackError */
export function decodeChunking(value: Uint8Array): ChunkRecord[] {
  const reader = new MsgpackReader(value);
  const records: ChunkRecord[] = [];
  for (let fields = reader.readMapHeader(); fields > 0; fields--) {
    if (reader.readString() !== 'ChunkMap') {
      reader.skip();
      continue;
    }
    for (let operations = reader.readMapHeader(); operations > 0; operations--) {
      reader.readUint64();
      for (let parts = reader.readArrayHeader(); parts > 0; parts--) {
        if (reader.tryNil()) continue;
        const {OpNum, SequenceNum, NumChunks, Term, Data} = ChunkInfo.readMsgpack(reader);
        records.push({operation: OpNum, sequence: SequenceNum, count: NumChunks, term: Term, data: Data ?? Buffer.alloc(0)});
      }
    }
  }
  return records;
}
