import {ConsulError} from '../consul-error.ts';
import {goQuote} from '../schema/go-quote.ts';
import {compileGoRegexp} from '../schema/go-regexp.ts';
import {GoStrconvError, tryGoBool, tryGoInt, tryGoUintLiteral} from '../schema/go-strconv.ts';
import {type Match} from './expression.ts';
import {type Compilation, demandLast, type Field, invalidOperator, type Test} from './field.ts';
import {FilterError} from './filter-error.ts';
import {regexpSizeMax, regexpStepsMax} from './limits.ts';

/** A field of one value that knows only equality. What it is compared with is coerced once. */
function equatable<T extends number | boolean>(coerce: (text: string) => T | GoStrconvError): ScalarField<T> {
  const read = (match: Match): T => {
    const value = coerce(match.value ?? '');
    if (value instanceof GoStrconvError) throw new FilterError(`Failed to coerce value ${goQuote(match.value ?? '')} for selector ${goQuote(match.selector.join('.'))}: ${value.message}`);
    return value;
  };
  return {
    read,
    compile(match, at) {
      demandLast(match, at);
      if (match.operator !== 'Equal' && match.operator !== 'Not Equal') throw invalidOperator(match);
      const wanted = read(match);
      return match.operator === 'Equal' ? (value) => value === wanted : (value) => value !== wanted;
    },
  };
}

/** A field that lists can have elements of. */
export interface ScalarField<T> extends Field<T> {
  /** The value of a match as this field holds it. @throws FilterError */
  read(match: Match): T;
}

/** Beyond 2^53 a number that we hold is never equal. */
const asNumber = (value: bigint | GoStrconvError): number | GoStrconvError => (value instanceof GoStrconvError ? value : Number(value));

/** strconv.ParseInt with the bits of the Go type. */
export const int = (bits: 32 | 64 = 64): ScalarField<number> => equatable((value) => asNumber(tryGoInt(value, bits)));

/** strconv.ParseUint with the bits of the Go type. */
export const uint = (bits: 8 | 16 | 32 | 64): ScalarField<number> => equatable((value) => asNumber(tryGoUintLiteral(value, bits)));

export const bool: ScalarField<boolean> = equatable(tryGoBool);

export const text: ScalarField<string> = {
  read: ({value}) => value ?? '',
  compile(match, at, compilation) {
    demandLast(match, at);
    return textTest(match, compilation);
  },
};

function textTest(match: Match, compilation: Compilation): Test<string> {
  const wanted = match.value ?? '';
  switch (match.operator) {
    case 'Equal': return (value) => value === wanted;
    case 'Not Equal': return (value) => value !== wanted;
    case 'In': return (value) => value.includes(wanted);
    case 'Not In': return (value) => !value.includes(wanted);
    case 'Matches': return expressionTest(wanted, compilation);
    case 'Not Matches': {
      const test = expressionTest(wanted, compilation);
      return (value) => !test(value);
    }
    case 'Is Empty':
    case 'Is Not Empty': throw invalidOperator(match);
  }
}

/** @returns a test that throws ConsulError where it would keep everybody waiting */
function expressionTest(source: string, compilation: Compilation): Test<string> {
  const compiled = compileGoRegexp(source);
  if ('error' in compiled) throw new FilterError(`Failed to compile regular expression ${goQuote(source)}: ${compiled.error}`);
  const {test, size} = compiled;
  compilation.regexpSize += size;
  if (compilation.regexpSize > regexpSizeMax) throw new FilterError('the regular expressions of the filter expression are too large, each of them or all together');
  return (value) => {
    // All expressions may be tried on one text, and nothing can come between.
    if (value.length * compilation.regexpSize > regexpStepsMax) {
      throw new ConsulError(`the regular expressions of the filter expression are too large for a text of ${value.length} characters, as ${goQuote(source)} would have to be tried on`);
    }
    return test(value);
  };
}
