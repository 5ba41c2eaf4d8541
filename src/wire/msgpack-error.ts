/** Bytes that are not the msgpack value that was asked for. */
export class MsgpackError extends Error {
  override readonly name: string = 'MsgpackError';
}

/** The bytes end inside a value: more of them may make it whole. A reader at the end of a file treats it as an error. */
export class MsgpackNeedMoreError extends MsgpackError {
  override readonly name = 'MsgpackNeedMoreError';

  constructor() {
    super('unexpected EOF');
  }
}

/** The error of Go's codec for a descriptor byte that starts no value of the wanted kind (rpc-raft.md §4). */
export function unrecognizedDescriptor(descriptor: number): MsgpackError {
  return new MsgpackError(
    `codec.decoder: readContainerLen: Unrecognized descriptor byte: hex: ${descriptor.toString(16)}, dec: ${descriptor}`);
}
