/** What is compared with what: the words of Consul's filter language, named as its errors name them. */
export type MatchOperator = 'Equal' | 'Not Equal' | 'In' | 'Not In' | 'Is Empty' | 'Is Not Empty' | 'Matches' | 'Not Matches';

/** A test of one field. `value` is the text of the expression; what it means depends on the field. */
export interface Match {
  readonly kind: 'match';
  /** Names from the record to the field, at least one. */
  readonly selector: readonly string[];
  readonly operator: MatchOperator;
  /** Undefined for the tests of emptiness. */
  readonly value: string | undefined;
}

/** An expression as it was read; a chain of `and` or of `or` is one list. */
export type Expression = Match | {readonly kind: 'not'; readonly operand: Expression} | {readonly kind: 'and' | 'or'; readonly operands: readonly Expression[]};
