import {type Type} from '../schema/type.ts';

/**
 * read: takes QueryOptions, may block, may be served stale. write: takes WriteRequest, needs the leader.
 * local: answered by whichever server it reaches (rpc-raft.md §7, §8).
 */
export type MethodKind = 'read' | 'write' | 'local';

/** A method of port 8300: its name and the shapes of both bodies. */
export interface Method<Req, Res> {
  /** `Receiver.Method`, case-sensitive. */
  readonly name: string;
  readonly kind: MethodKind;
  readonly request: Type<Req>;
  readonly response: Type<Res>;
}
