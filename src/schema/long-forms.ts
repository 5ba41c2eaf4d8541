import {type Sliced} from '../runtime/slices.ts';
import {type MsgpackReader} from '../wire/msgpack-reader.ts';
import {type MsgpackWriter} from '../wire/msgpack-writer.ts';

/**
 * How the values of a type that may be very long are written and read as short pieces of work. What comes out, and what
 * is taken in, is the same as in one go.
 */
export interface LongForms<T> {
  /** Whether this value is worth it. */
  isLong(value: T): boolean;
  /** Parts end after whole values, keys, or commas. */
  jsonParts(value: T): Iterable<string>;
  /** Yields when the writer holds a part, which may be taken out then. */
  writeParts(writer: MsgpackWriter, value: T): Sliced<void>;
  readParts(reader: MsgpackReader): Sliced<T>;
}
