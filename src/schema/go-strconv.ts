import {goQuote} from './go-quote.ts';

/** A text that Go's strconv cannot read; the message is Go's. */
export class GoStrconvError extends Error {
  override readonly name = 'GoStrconvError';
}

const trueWords = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseWords = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const int64Max = 2n ** 63n - 1n;
const uint64Max = 2n ** 64n - 1n;

/** strconv.ParseBool. */
export function tryGoBool(text: string): boolean | GoStrconvError {
  if (trueWords.has(text)) return true;
  return falseWords.has(text) ? false : new GoStrconvError(`strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
}

/** strconv.Atoi: a decimal of 64 bits. */
export function tryGoAtoi(text: string): number | GoStrconvError {
  const failure = (why: string): GoStrconvError => new GoStrconvError(`strconv.Atoi: parsing ${goQuote(text)}: ${why}`);
  if (!/^[+-]?[0-9]+$/.test(text)) return failure('invalid syntax');
  const value = BigInt(text.replace(/^\+/, ''));
  return value > int64Max || value < -int64Max - 1n ? failure('value out of range') : Number(value);
}

/** strconv.ParseUint of 64 bits in base 10. */
export function tryGoUint(text: string): bigint | GoStrconvError {
  const failure = (why: string): GoStrconvError => new GoStrconvError(`strconv.ParseUint: parsing ${goQuote(text)}: ${why}`);
  if (!/^[0-9]+$/.test(text)) return failure('invalid syntax');
  const value = BigInt(text);
  return value > uint64Max ? failure('value out of range') : value;
}
