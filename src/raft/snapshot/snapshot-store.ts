import {type Configuration} from '../configuration.ts';

/** What a snapshot covers, before its bytes are known. */
export interface SnapshotHead {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  readonly configurationIndex: number;
}

export interface SnapshotMeta extends SnapshotHead {
  /** `<term>-<index>-<unix ms>` */
  readonly id: string;
  readonly sizeBytes: number;
}

/** A snapshot that is being written. Exactly one of `commit` and `abort` ends it. */
export interface SnapshotWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes are there and durable, but the snapshot is not in the store yet. */
  finish(): Promise<SnapshotMeta>;
  /** The bytes of a finished snapshot. */
  read(): AsyncIterable<Buffer>;
  /** Puts it into the store, durably; finishes it first if that was not done. Elder ones beyond the retained go. */
  commit(): Promise<SnapshotMeta>;
  abort(): Promise<void>;
}

export interface DamagedSnapshot {
  readonly id: string;
  readonly why: string;
}

/** Where a server keeps its snapshots. */
export interface SnapshotStore {
  /** Makes the place ready and removes what unfinished writers left behind. */
  open(): Promise<void>;
  /** Newest first; those whose meta cannot be used are named apart. */
  list(): Promise<{snapshots: SnapshotMeta[]; damaged: DamagedSnapshot[]}>;
  remove(meta: SnapshotMeta): Promise<void>;
  create(head: SnapshotHead, wallMs: number): Promise<SnapshotWriter>;
  /** The state's bytes. @throws RaftError 'corrupt', at the end at the latest, when they are not what was written */
  read(meta: SnapshotMeta): AsyncIterable<Buffer>;
}
