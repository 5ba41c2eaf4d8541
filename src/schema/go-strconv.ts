import {goQuote} from './go-quote.ts';

/** A text that Go's strconv cannot read; the message is Go's. */
export class GoStrconvError extends Error {
  override readonly name = 'GoStrconvError';
}

const trueWords = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseWords = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const int64Max = 2n ** 63n - 1n;

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

/** strconv.ParseUint in base 10. */
export function tryGoUint(text: string, bits = 64): bigint | GoStrconvError {
  const failure = (why: string): GoStrconvError => new GoStrconvError(`strconv.ParseUint: parsing ${goQuote(text)}: ${why}`);
  if (!/^[0-9]+$/.test(text)) return failure('invalid syntax');
  const value = BigInt(text);
  return value >= 2n ** BigInt(bits) ? failure('value out of range') : value;
}

/** strconv.ParseInt in base 0, as Go's literals are written: `0x1f`, `0b1`, `0o17`, `017`, `1_000`. */
export function tryGoInt(text: string, bits: number): bigint | GoStrconvError {
  const failure = (why: string): GoStrconvError => new GoStrconvError(`strconv.ParseInt: parsing ${goQuote(text)}: ${why}`);
  const isNegative = text.startsWith('-');
  const magnitude = magnitudeOf(text.replace(/^[+-]/, ''));
  if (magnitude === undefined) return failure('invalid syntax');
  const beyond = 2n ** BigInt(bits - 1);
  if (isNegative ? magnitude > beyond : magnitude >= beyond) return failure('value out of range');
  return isNegative ? -magnitude : magnitude;
}

/** strconv.ParseUint in base 0. */
export function tryGoUintLiteral(text: string, bits: number): bigint | GoStrconvError {
  const failure = (why: string): GoStrconvError => new GoStrconvError(`strconv.ParseUint: parsing ${goQuote(text)}: ${why}`);
  const magnitude = magnitudeOf(text);
  if (magnitude === undefined) return failure('invalid syntax');
  return magnitude >= 2n ** BigInt(bits) ? failure('value out of range') : magnitude;
}

/** A number without sign in base 0: digits may be parted by single underscores, also after a prefix. */
function magnitudeOf(text: string): bigint | undefined {
  if (!/^(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO]?(_?[0-7])+|0|[1-9](_?[0-9])*)$/.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  return BigInt(/^0[0-7]/.test(plain) ? `0o${plain}` : plain);
}
