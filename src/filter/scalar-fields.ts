import {goQuote} from '../schema/go-quote.ts';
import {compileGoRegexp} from '../schema/go-regexp.ts';
import {GoStrconvError, tryGoBool, tryGoInt, tryGoUintLiteral} from '../schema/go-strconv.ts';
import {type Match} from './expression.ts';
import {demandLast, type Field, invalidOperator, type Test} from './field.ts';
import {FilterError} from './filter-error.ts';

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
  compile(match, at) {
    demandLast(match, at);
    return textTest(match);
  },
};

function textTest(match: Match): Test<string> {
  const wanted = match.value ?? '';
  switch (match.operator) {
    case 'Equal': return (value) => value === wanted;
    case 'Not Equal': return (value) => value !== wanted;
    case 'In': return (value) => value.includes(wanted);
    case 'Not In': return (value) => !value.includes(wanted);
    case 'Matches': return expressionTest(wanted);
    case 'Not Matches': {
      const test = expressionTest(wanted);
      return (value) => !test(value);
    }
    case 'Is Empty':
    case 'Is Not Empty': throw invalidOperator(match);
  }
}

function expressionTest(source: string): Test<string> {
  const compiled = compileGoRegexp(source);
  if ('error' in compiled) throw new FilterError(`Failed to compile regular expression ${goQuote(source)}: ${compiled.error}`);
  return compiled.test;
}
