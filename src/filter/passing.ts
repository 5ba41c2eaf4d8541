import {type Sliced} from '../runtime/slices.ts';
import {type Test} from './field.ts';

/** Elements tested between two looks at the clock: a regular expression over the output of a check takes its time. */
const elementsPerStep = 8;

/** Those of a list that pass a test. */
export function* passing<T>(list: readonly T[], test: Test<T>): Sliced<readonly T[]> {
  const passed: T[] = [];
  let seen = 0;
  for (const element of list) {
    if (test(element)) passed.push(element);
    if (++seen % elementsPerStep === 0) yield;
  }
  return passed;
}
