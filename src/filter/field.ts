import {goQuote} from '../schema/go-quote.ts';
import {type Match} from './expression.ts';
import {FilterError} from './filter-error.ts';

export type Test<T> = (value: T) => boolean;

/** What is found out about an expression while it is compiled. */
export interface Compilation {
  /** Instructions of its regular expressions, which hold memory and take time. */
  regexpSize: number;
}

/** One thing that an expression can ask about. `T` is what a record holds there. */
export interface Field<T> {
  /**
   * Makes the test of a match.
   * @param at how many names of the selector lead to this field; those after it lead into it
   * @throws FilterError with Consul's text, for a name that does not exist, an operator that does not fit, a value of another kind
   */
  compile(match: Match, at: number, compilation: Compilation): Test<T>;
}

/** Refuses what asks for a member of something that has none. */
export function demandLast({selector}: Match, at: number): void {
  if (at < selector.length) throw invalidSelector(selector, at);
}

/** @param at place of the first name that leads nowhere */
export function invalidSelector(selector: readonly string[], at: number): FilterError {
  return new FilterError(`Selector ${goQuote(selector.slice(0, at + 1).join('.'))} is not valid`);
}

/** The error for an operator that the field does not know. */
export function invalidOperator({selector, operator}: Match): FilterError {
  return new FilterError(`Invalid match operator "${operator}" for selector ${goQuote(selector.join('.'))}`);
}

/** What a match says of something that is not there (http-core.md §4.2). */
export function ofNothing({operator}: Match): boolean {
  return operator !== 'Equal' && operator !== 'In' && operator !== 'Is Not Empty';
}
