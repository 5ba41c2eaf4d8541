/** Why Raft refused or could not finish a request. */
export type RaftErrorCode =
  | 'not-leader'
  | 'leadership-lost'
  | 'transfer-in-progress'
  | 'transfer-failed'
  | 'restoring'
  | 'overloaded'
  | 'too-large'
  | 'shutdown'
  | 'bad-configuration'
  | 'not-empty'
  | 'aborted-by-restore'
  | 'corrupt'
  | 'broken';

/**
 * An operating error of Raft. Callers match on `code`. After 'leadership-lost' and 'aborted-by-restore' the outcome of a
 * proposal is unknown: it may still be, or have been, committed.
 */
export class RaftError extends Error {
  readonly code: RaftErrorCode;

  constructor(code: RaftErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RaftError';
    this.code = code;
  }
}

/** A promise of the algorithm is broken: a bug here or a lying disk. The process must not go on with this state. */
export class RaftInvariantError extends Error {
  constructor(message: string) {
    super(`raft invariant violated: ${message}`);
    this.name = 'RaftInvariantError';
  }
}
