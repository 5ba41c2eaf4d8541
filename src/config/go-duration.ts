import {goQuote} from './go-quote.ts';

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1, us: 1e3, 'µs': 1e3, 'μs': 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9,
};
const MAX_NS = 2 ** 63;

export const NS_PER_MS = 1e6;

/**
 * Go's time.ParseDuration.
 * @returns nanoseconds, or Go's error text
 */
export function parseGoDuration(text: string): {readonly ns: number} | {readonly error: string} {
  const invalid = {error: `time: invalid duration ${goQuote(text)}`};
  let rest = text;
  const negative = rest.startsWith('-');
  if (/^[+-]/.test(rest)) rest = rest.slice(1);
  if (rest === '0') return {ns: 0};
  if (rest === '') return invalid;
  let ns = 0;
  while (rest !== '') {
    const number = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest)?.[0];
    if (number === undefined) return invalid;
    rest = rest.slice(number.length);
    const unit = /^[^.0-9]+/.exec(rest)?.[0];
    if (unit === undefined) return {error: `time: missing unit in duration ${goQuote(text)}`};
    const scale = UNIT_NS[unit];
    if (scale === undefined || !Object.hasOwn(UNIT_NS, unit)) return {error: `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`};
    rest = rest.slice(unit.length);
    ns += Math.trunc(Number(number) * scale + 1e-6);
    if (ns >= MAX_NS) return invalid;
  }
  return {ns: negative ? -ns : ns};
}

/** Go's Duration.String(): `1h30m0s`, `300ms`, `1.5s`, `0s`. */
export function formatGoDuration(ns: number): string {
  if (ns === 0) return '0s';
  const sign = ns < 0 ? '-' : '';
  const total = Math.abs(ns);
  const trim = (value: number, digits: number): string => value.toFixed(digits).replace(/\.?0+$/, '');
  if (total < 1e3) return `${sign}${total}ns`;
  if (total < 1e6) return `${sign}${trim(total / 1e3, 3)}µs`;
  if (total < 1e9) return `${sign}${trim(total / 1e6, 6)}ms`;
  const hours = Math.floor(total / 3600e9);
  const minutes = Math.floor((total % 3600e9) / 60e9);
  const seconds = trimSeconds(total % 60e9);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

function trimSeconds(ns: number): string {
  const whole = Math.floor(ns / 1e9);
  const fraction = Math.round(ns % 1e9);
  if (fraction === 0) return String(whole);
  return `${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}
