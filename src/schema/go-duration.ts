import {goQuote} from './go-quote.ts';

export const NANOS_PER_MILLISECOND = 1e6;
export const NANOS_PER_SECOND = 1e9;
const NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;
const NANOS_PER_HOUR = 60 * NANOS_PER_MINUTE;

/** Nanoseconds of each unit that Go knows; both micro signs. */
const NANOS_PER_UNIT = new Map<string, number>([
  ['ns', 1], ['us', 1e3], ['\u00b5s', 1e3], ['\u03bcs', 1e3], ['ms', NANOS_PER_MILLISECOND],
  ['s', NANOS_PER_SECOND], ['m', NANOS_PER_MINUTE], ['h', NANOS_PER_HOUR],
]);

/** Largest Go duration in nanoseconds (2^63−1, about 292 years), as a double. */
const MAX_DURATION_NANOS = 2 ** 63;

/** A text that Go's time.ParseDuration refuses; the text is Go's. */
export class GoDurationError extends Error {
  override readonly name = 'GoDurationError';
}

/**
 * Nanoseconds of a Go duration text such as `10s`, `1h15m30.5s`, `-1.5h`, `0`.
 * @throws GoDurationError `time: invalid duration "abc"`, `time: missing unit in duration "10"`,
 *   `time: unknown unit "d" in duration "1d"`
 */
export function parseGoDuration(text: string): number {
  const invalid = (): GoDurationError => new GoDurationError(`time: invalid duration ${goQuote(text)}`);
  const negative = text.startsWith('-');
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') throw invalid();
  let nanos = 0;
  while (rest !== '') {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest);
    const whole = number?.[1] ?? '';
    const fraction = number?.[2] ?? '';
    if (whole === '' && fraction === '') throw invalid();
    rest = rest.slice(number?.[0].length ?? 0);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw new GoDurationError(`time: missing unit in duration ${goQuote(text)}`);
    const scale = NANOS_PER_UNIT.get(unit);
    if (scale === undefined) throw new GoDurationError(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    nanos += Number(whole) * scale + Math.trunc(Number(`0.${fraction === '' ? '0' : fraction}`) * scale);
    if (nanos >= MAX_DURATION_NANOS) throw invalid();
    rest = rest.slice(unit.length);
  }
  return negative && nanos !== 0 ? -nanos : nanos;
}

/** As `parseGoDuration`, with the error as a value. */
export function tryGoDuration(text: string): number | GoDurationError {
  try {
    return parseGoDuration(text);
  } catch (error) {
    if (error instanceof GoDurationError) return error;
    throw error;
  }
}

/** A duration of `nanos` nanoseconds as Go's Duration.String gives it: `1h0m0s`, `1.5s`, `100ms`, `0s`. */
export function formatGoDuration(nanos: number): string {
  if (nanos === 0) return '0s';
  const sign = nanos < 0 ? '-' : '';
  const size = Math.abs(nanos);
  if (size < 1e3) return `${sign}${size}ns`;
  if (size < NANOS_PER_MILLISECOND) return `${sign}${decimal(size, 1e3)}\u00b5s`;
  if (size < NANOS_PER_SECOND) return `${sign}${decimal(size, NANOS_PER_MILLISECOND)}ms`;
  const minutes = Math.floor(size / NANOS_PER_MINUTE);
  const seconds = decimal(size - minutes * NANOS_PER_MINUTE, NANOS_PER_SECOND);
  if (minutes === 0) return `${sign}${seconds}s`;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${hours}h${minutes % 60}m${seconds}s`;
}

/** `value / scale` in full, without trailing zeros. */
function decimal(value: number, scale: number): string {
  const fraction = String(value % scale).padStart(String(scale).length - 1, '0').replace(/0+$/, '');
  const whole = Math.floor(value / scale);
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
