/**
 * Something that applying an entry brought about, told to observers outside the state machine. A leader turns facts
 * into timers (session TTL, lock-delay, tombstone collection); followers ignore them. Each domain's `facts.ts` has its
 * own kinds.
 */
export interface Fact {
  readonly kind: string;
}
