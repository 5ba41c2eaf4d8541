/** What a read says of how old its answer may be, and an answer of how old it is, in nanoseconds. */
export interface StalenessBound {
  readonly AllowStale: boolean;
  readonly MaxStaleDuration: number;
}

/** Whether the answer of some server is older than its reader allows: the reader then asks the leader (rpc-raft.md §20). */
export function isTooStale({AllowStale, MaxStaleDuration}: StalenessBound, {LastContact}: {readonly LastContact: number}): boolean {
  return AllowStale && MaxStaleDuration > 0 && LastContact > MaxStaleDuration;
}

/** The same read, of the leader. */
export function ofTheLeader<Req extends StalenessBound>(request: Req): Req {
  return {...request, AllowStale: false, MaxStaleDuration: 0};
}
