/**
 * A connection that could not be made or kept; `message` is the text that Go's net package gives, because check
 * outputs quote it and people's alerts match on it.
 */
export class DialError extends Error {
  override readonly name = 'DialError';
}
