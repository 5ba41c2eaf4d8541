/** One change of the disk under a log. Keys compare bytewise. */
export type DiskOperation =
  | {readonly type: 'put'; readonly key: Buffer; readonly value: Buffer}
  | {readonly type: 'del'; readonly key: Buffer};

/** An ordered map on disk: the seam between the log's layout and what stores it (`level`, or a simulation). */
export interface LogDisk {
  /** For error messages. */
  readonly location: string;
  open(): Promise<void>;
  get(key: Buffer): Promise<Buffer | undefined>;
  /** All pairs whose key begins with `prefix`, ascending. */
  scan(prefix: Buffer): AsyncIterable<readonly [key: Buffer, value: Buffer]>;
  /** All or nothing, durable when it resolves. */
  write(operations: readonly DiskOperation[]): Promise<void>;
  close(): Promise<void>;
}
