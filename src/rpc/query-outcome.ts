/** What a domain query found, and how it bears on blocking. */
export interface QueryOutcome<T> {
  readonly value: T;
  /** Consul's index of the answer (http-core.md §21.1). */
  readonly index: number;
  /** The single thing asked for is not there: unrelated writes do not wake a blocked query for it. */
  readonly notFound?: boolean;
  /** The index moves on without the answer being news: what wakes a blocked query is narrower than what the index says. */
  readonly indexMoves?: boolean;
  /** The authorizer hid something. */
  readonly filtered?: boolean;
}
