import {type Sliced} from '../runtime/slices.ts';
import {type ApplyContext} from './apply-context.ts';

/** A command's work cut into slices. Readers see nothing of it before it is whole. */
export type SlicedResult = Sliced<unknown>;

/** One type of log entry (rpc-raft.md §15). */
export interface Command<Body = unknown> {
  /** The entry's first byte, without the ignore bit. */
  readonly type: number;
  readonly name: string;
  decode(body: Uint8Array): Body;
  /**
   * Changes the tables. What it returns is the result the proposer gets; a refusal is a returned ConsulError,
   * never a throw, for it must leave every server in the same state. Work that grows with the data is a generator.
   */
  apply(context: ApplyContext, body: Body): unknown;
}

/** The bit that tells a server which does not know an entry's type to skip it. */
export const ignoreUnknownBit = 0x80;

/** Types the body of a command where it is defined; the table of commands only carries it. */
export function command<Body>(definition: Command<Body>): Command {
  return definition;
}
