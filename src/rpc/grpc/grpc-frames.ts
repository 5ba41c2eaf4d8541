import {grpcCode, GrpcError} from './grpc-status.ts';

const headBytes = 5;

/** A message as it is sent: a byte that says "not compressed", the length, the bytes. */
export function grpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headBytes);
  return frame;
}

/** Finds the messages in the bytes of a stream, however these are cut. */
export class GrpcFramer {
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #length = 0;

  /** @param bytesMax of one message; a longer one is an error as soon as its length is known */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** True when all bytes so far were whole messages. */
  get isBetweenMessages(): boolean {
    return this.#length === 0;
  }

  /**
   * Takes bytes in. @returns the messages that are whole now, without their heads
   * @throws GrpcError for messages that are compressed or too long
   */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const messages: Buffer[] = [];
    while (this.#length >= headBytes) {
      const size = this.#sizeOfNext();
      if (this.#length < headBytes + size) break;
      const all = this.#joined();
      messages.push(all.subarray(headBytes, headBytes + size));
      this.#keep(all.subarray(headBytes + size));
    }
    return messages;
  }

  #sizeOfNext(): number {
    const first = this.#chunks[0];
    const head = first !== undefined && first.length >= headBytes ? first : this.#joined();
    if (head[0] !== 0) throw new GrpcError(grpcCode.unimplemented, 'grpc: compressed messages are not supported');
    const size = head.readUInt32BE(1);
    if (size > this.#bytesMax) throw new GrpcError(grpcCode.resourceExhausted, `grpc: received message larger than max (${size} vs. ${this.#bytesMax})`);
    return size;
  }

  /** The bytes that wait, in one piece. They are joined only when a head is cut or a message is whole. */
  #joined(): Buffer {
    const [first] = this.#chunks;
    const all = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [all];
    return all;
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }
}
