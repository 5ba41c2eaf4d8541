import {type Test} from '../filter/field.ts';
import {passing} from '../filter/passing.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {isSliced, type Sliced} from '../runtime/slices.ts';

type Lists<T> = QueryOutcome<readonly T[]>;

/** An outcome with only what passes a test, as the expression of the request says; untouched where there is none. */
export function matching<T>(asked: Lists<T> | Sliced<Lists<T>>, test: Test<T> | undefined): Lists<T> | Sliced<Lists<T>> {
  return test === undefined ? asked : tested(asked, test);
}

function* tested<T>(asked: Lists<T> | Sliced<Lists<T>>, test: Test<T>): Sliced<Lists<T>> {
  const outcome = isSliced(asked) ? yield* asked : asked;
  return {...outcome, value: yield* passing(outcome.value, test)};
}

/** The key under which the answer to a request is kept. No expression has a NUL before its first quote, so that no two requests share one. */
export function filteredKey(filter: string, key: string): string {
  return `${filter}\0${key}`;
}
