/** Log types on the wire and on disk (sheet rpc-raft §12). */
export const logType = {command: 0, noop: 1, addPeer: 2, removePeer: 3, barrier: 4, configuration: 5} as const;

/** One entry of the replicated log. `data` and `extensions` are kept byte-exact, null apart from empty (sheet §13, end). */
export interface LogEntry {
  readonly index: number;
  readonly term: number;
  /** One of `logType`. */
  readonly type: number;
  readonly data: Uint8Array | null;
  readonly extensions: Uint8Array | null;
  /** Wall-clock milliseconds at which the leader appended it; 0 is Go's zero time (bootstrap entry). */
  readonly appendedAtMs: number;
}

/** Bytes an entry weighs in limits: its payload and a share for its frame. */
export function entryBytes(entry: LogEntry): number {
  return 64 + (entry.data?.length ?? 0) + (entry.extensions?.length ?? 0);
}
