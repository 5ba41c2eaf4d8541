import {MsgpackError} from '../wire/msgpack-error.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {goQuote} from './go-quote.ts';

/** A Go time.Time: a moment to the nanosecond, and the zone it is shown in. */
export interface GoTime {
  /** Seconds since 1970-01-01T00:00:00Z; Go's zero time is the year 1. */
  readonly unixSeconds: number;
  readonly nanos: number;
  /** East of Greenwich; null = UTC itself (Go tells UTC from a zone of offset 0, on the wire only). */
  readonly offsetSeconds: number | null;
}

/** Seconds from 0001-01-01T00:00:00Z to 1970-01-01T00:00:00Z. */
const YEAR_ONE_TO_UNIX_SECONDS = 62_135_596_800;
/** What stands for UTC where the wire has an offset in minutes. */
const UTC_OFFSET_MARK = -1;

/** Go's zero time, 0001-01-01T00:00:00Z. */
export const ZERO_TIME: GoTime = Object.freeze({unixSeconds: -YEAR_ONE_TO_UNIX_SECONDS, nanos: 0, offsetSeconds: null});

/** Go's Time.IsZero: the moment counts, not the zone. */
export function isZeroTime(time: GoTime): boolean {
  return time.unixSeconds === -YEAR_ONE_TO_UNIX_SECONDS && time.nanos === 0;
}

/** The UTC time of a wall clock in milliseconds (Clock.wallMs()); a fraction gives microseconds. */
export function goTimeOfUnixMs(unixMs: number): GoTime {
  const unixSeconds = Math.floor(unixMs / 1000);
  return {unixSeconds, nanos: Math.round((unixMs - unixSeconds * 1000) * 1000) * 1000, offsetSeconds: null};
}

/** Milliseconds since 1970, with the nanoseconds as a fraction. */
export function unixMsOfGoTime(time: GoTime): number {
  return time.unixSeconds * 1000 + time.nanos / 1e6;
}

/** RFC 3339 with up to nine digits of a second, trailing zeros left out: `2024-01-02T03:04:05.000000006Z`. */
export function formatGoTime(time: GoTime): string {
  const offset = time.offsetSeconds ?? 0;
  const local = new Date((time.unixSeconds + offset) * 1000);
  const year = String(local.getUTCFullYear()).padStart(4, '0');
  const clock = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  const fraction = time.nanos === 0 ? '' : `.${String(time.nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${year}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}T${clock}${fraction}${formatZone(offset)}`;
}

function formatZone(offsetSeconds: number): string {
  const minutes = Math.trunc(Math.abs(offsetSeconds) / 60);
  if (offsetSeconds === 0) return 'Z';
  return `${offsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** A text that is no RFC 3339 time; the text is Go's. */
export class GoTimeError extends Error {
  override readonly name = 'GoTimeError';
}

/** The parts of RFC 3339 as Go's layout names them; Go's errors say which of them could not be read. */
const LAYOUT = '2006-01-02T15:04:05Z07:00';
const LAYOUT_PARTS: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/], ['-', /^-/], ['01', /^\d{2}/], ['-', /^-/], ['02', /^\d{2}/], ['T', /^T/],
  ['15', /^\d{2}/], [':', /^:/], ['04', /^\d{2}/], [':', /^:/], ['05', /^\d{2}(?:[.,]\d+)?/],
  ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/],
];

/**
 * Parses RFC 3339, with or without fractions of a second (digits past the ninth are dropped).
 * @throws GoTimeError such as `parsing time "abc" as "2006-01-02T15:04:05Z07:00": cannot parse "abc" as "2006"`
 */
export function parseGoTime(text: string): GoTime {
  const parts: string[] = [];
  let rest = text;
  for (const [layout, pattern] of LAYOUT_PARTS) {
    const part = pattern.exec(rest)?.[0];
    if (part === undefined) {
      throw new GoTimeError(`parsing time ${goQuote(text)} as ${goQuote(LAYOUT)}: cannot parse ${goQuote(rest)} as ${goQuote(layout)}`);
    }
    parts.push(part);
    rest = rest.slice(part.length);
  }
  if (rest !== '') throw new GoTimeError(`parsing time ${goQuote(text)}: extra text: ${goQuote(rest)}`);
  return fromParts(text, parts);
}

function fromParts(text: string, parts: readonly string[]): GoTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = [0, 2, 4, 6, 8].map((at) => Number(parts[at]));
  const second = Number((parts[10] ?? '').slice(0, 2));
  const outOfRange = (what: string): GoTimeError => new GoTimeError(`parsing time ${goQuote(text)}: ${what} out of range`);
  if (month < 1 || month > 12) throw outOfRange('month');
  if (hour > 23) throw outOfRange('hour');
  if (minute > 59) throw outOfRange('minute');
  if (second > 59) throw outOfRange('second');
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (day < 1 || date.getUTCDate() !== day) throw outOfRange('day');
  const offsetSeconds = parseZone(parts[11] ?? 'Z');
  if (Number.isNaN(offsetSeconds)) throw outOfRange('time zone offset hour');
  const unixSeconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - (offsetSeconds ?? 0);
  return {unixSeconds, nanos: Number((parts[10] ?? '').slice(3, 12).padEnd(9, '0')), offsetSeconds};
}

function parseZone(zone: string): number | null {
  if (zone === 'Z') return null;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 24 || minutes > 60) return NaN;
  const size = hours * 3600 + minutes * 60;
  return zone.startsWith('-') ? -size : size;
}

/**
 * The 15 bytes of Time.MarshalBinary, 16 where the zone has odd seconds (rpc-raft.md §4). It is made of characters: a small
 * buffer of its own for each time would be memory outside the heap, of which the collector keeps account.
 */
export function goTimeToBinary(time: GoTime): ByteString {
  const offset = time.offsetSeconds;
  const oddSeconds = offset === null ? 0 : offset % 60;
  const seconds = time.unixSeconds + YEAR_ONE_TO_UNIX_SECONDS;
  const high = Math.floor(seconds / 2 ** 32);
  const version = String.fromCharCode(oddSeconds === 0 ? 1 : 2);
  const minutes = offset === null ? UTC_OFFSET_MARK : Math.trunc(offset / 60);
  const zone = String.fromCharCode((minutes >> 8) & 0xff, minutes & 0xff);
  const whole = version + fourBytes(high) + fourBytes(seconds - high * 2 ** 32) + fourBytes(time.nanos) + zone;
  return oddSeconds === 0 ? whole : whole + String.fromCharCode(oddSeconds & 0xff);
}

function fourBytes(value: number): ByteString {
  return String.fromCharCode((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/**
 * Reads what goTimeToBinary wrote; nothing at all is the zero time.
 * @throws MsgpackError for another length or version, and for a moment outside what a number holds exactly
 */
export function goTimeFromBinary(value: ByteString): GoTime {
  if (value === '') return ZERO_TIME;
  const bytes = Buffer.from(value, 'latin1');
  const version = bytes[0];
  if (version !== 1 && version !== 2) throw new MsgpackError('Time.UnmarshalBinary: unsupported version');
  if (bytes.length !== (version === 1 ? 15 : 16)) throw new MsgpackError('Time.UnmarshalBinary: invalid length');
  const unixSeconds = Number(bytes.readBigInt64BE(1)) - YEAR_ONE_TO_UNIX_SECONDS;
  const nanos = bytes.readUInt32BE(9);
  if (!Number.isSafeInteger(unixSeconds) || nanos >= 1e9) throw new MsgpackError('Time.UnmarshalBinary: time out of range');
  const offsetMinutes = bytes.readInt16BE(13);
  if (offsetMinutes === UTC_OFFSET_MARK && version === 1) return {unixSeconds, nanos, offsetSeconds: null};
  return {unixSeconds, nanos, offsetSeconds: offsetMinutes * 60 + (version === 2 ? bytes.readInt8(15) : 0)};
}
