/** A message that cannot be read, or one that cannot be written: a name or a text beyond DNS's bounds. */
export class DnsWireError extends Error {
  override readonly name = 'DnsWireError';
}
