import {type Sliced} from '../runtime/slices.ts';
import {type Test} from './field.ts';

/** Those of a list that pass a test. The clock is looked at after each: a regular expression over the output of a check takes its time. */
export function* passing<T>(list: readonly T[], test: Test<T>): Sliced<readonly T[]> {
  const passed: T[] = [];
  for (const element of list) {
    if (test(element)) passed.push(element);
    yield;
  }
  return passed;
}
