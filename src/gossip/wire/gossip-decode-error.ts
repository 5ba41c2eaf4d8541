/** A datagram or stream that is not what it should be: the text says what is wrong with it. */
export class GossipDecodeError extends Error {
  override readonly name = 'GossipDecodeError';
}
