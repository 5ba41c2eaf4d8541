import {type Random} from '../../runtime/random.ts';
import {chunkBytesMax} from '../limits.ts';
import {RaftError} from '../raft-error.ts';

/** Extensions of a part (sheet rpc-raft §15): protobuf {1 op_num, 2 sequence_num, 3 num_chunks, 4 next_extensions}. */
export interface ChunkInfo {
  readonly operation: bigint;
  readonly sequence: number;
  readonly count: number;
  readonly nextExtensions: Uint8Array | null;
}

/** Cuts a command into parts of 512 KiB, each an entry of its own. */
export function chunkCommand(data: Uint8Array, random: Random, nextExtensions: Uint8Array | null): {data: Uint8Array; extensions: Buffer}[] {
  const operation = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  const count = Math.ceil(data.length / chunkBytesMax);
  return Array.from({length: count}, (_, sequence) => ({
    data: data.subarray(sequence * chunkBytesMax, (sequence + 1) * chunkBytesMax),
    extensions: encodeChunkInfo({operation, sequence, count, nextExtensions: sequence === count - 1 ? nextExtensions : null}),
  }));
}

export function encodeChunkInfo(info: ChunkInfo): Buffer {
  const bytes: number[] = [];
  const varint = (value: bigint): void => {
    for (let rest = value; ; rest >>= 7n) {
      if (rest < 128n) return void bytes.push(Number(rest));
      bytes.push(Number(rest & 127n) | 128);
    }
  };
  const field = (number: number, value: bigint): void => {
    if (value === 0n) return;
    bytes.push(number << 3);
    varint(value);
  };
  field(1, info.operation);
  field(2, BigInt(info.sequence));
  field(3, BigInt(info.count));
  const next = info.nextExtensions;
  if (next === null || next.length === 0) return Buffer.from(bytes);
  bytes.push((4 << 3) | 2);
  varint(BigInt(next.length));
  return Buffer.concat([Buffer.from(bytes), next]);
}

/** @throws RaftError 'corrupt' for bytes that are no ChunkInfo */
export function decodeChunkInfo(bytes: Uint8Array): ChunkInfo {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new RaftError('corrupt', 'the extensions of a chunked entry cannot be read');
  };
  const numbers = [0n, 0n, 0n, 0n];
  let nextExtensions: Uint8Array | null = null;
  while (at < bytes.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    if ((key & 7) === 0) {
      const value = varint();
      if (number >= 1 && number <= 3) numbers[number] = value;
    } else if ((key & 7) === 2) {
      const length = Number(varint());
      if (length > bytes.length - at) throw new RaftError('corrupt', 'the extensions of a chunked entry are cut off');
      if (number === 4) nextExtensions = bytes.subarray(at, at + length);
      at += length;
    } else throw new RaftError('corrupt', 'the extensions of a chunked entry cannot be read');
  }
  const [, operation = 0n, sequence = 0n, count = 0n] = numbers;
  return {operation, sequence: Number(sequence), count: Number(count), nextExtensions};
}
