import {type Configuration} from '../configuration.ts';
import {type HardState} from '../core/effects.ts';
import {type TermRun} from '../core/term-log.ts';
import {type LogEntry} from '../log-entry.ts';

/** One synced step of the log. Its parts take effect in the order of the fields, all or none. */
export interface LogWrite {
  readonly hardState?: HardState | undefined;
  /** The log is emptied; the next entry has this index. */
  readonly resetTo?: number | undefined;
  /** Entries with this index and later are removed. */
  readonly truncateFrom?: number | undefined;
  /** Consecutive, the first one past what is then the log's last. */
  readonly entries: readonly LogEntry[];
  /** Entries up to here may be dropped; the store drops whole batches, so some may stay. */
  readonly dropThrough?: number | undefined;
}

/** What is in a log when it is opened. */
export interface OpenedLog {
  readonly hardState: HardState;
  /** One past `lastIndex` when the log is empty. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly termRuns: readonly TermRun[];
  /** The configuration entries, ascending. */
  readonly configurations: readonly {readonly index: number; readonly configuration: Configuration}[];
}

/** Where a server keeps its log, term and vote. Calls of `write` must not overlap; reads may run beside them. */
export interface LogStore {
  /** @throws RaftError 'corrupt' when the log has a hole or a bad checksum: such a server must not vote */
  open(): Promise<OpenedLog>;
  /** Resolves when all of it is durable. After a rejection nothing is known; the store must not be used further. */
  write(write: LogWrite): Promise<void>;
  /** Entries `first` … `last`, fewer above `bytesMax` (at least one), none when `first` is not there any more. */
  read(first: number, last: number, bytesMax: number): Promise<LogEntry[]>;
  close(): Promise<void>;
}
