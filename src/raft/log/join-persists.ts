import {type PersistEffect} from '../core/effects.ts';
import {writeBytesMax, writeEntriesMax} from '../limits.ts';
import {entryBytes, type LogEntry} from '../log-entry.ts';
import {type LogWrite} from './log-store.ts';

export interface JoinedPersists {
  readonly write: LogWrite;
  /** How many of the waiting persists it holds. */
  readonly count: number;
  /** The last of them. */
  readonly seq: number;
}

/** As many consecutive persists as one write may take, joined into one. */
export function joinPersists(waiting: readonly PersistEffect[]): JoinedPersists {
  let hardState: PersistEffect['hardState'];
  let resetTo: number | undefined;
  let truncateFrom: number | undefined;
  let dropThrough: number | undefined;
  let entries: LogEntry[] = [];
  let bytes = 0;
  let count = 0;
  let seq = 0;
  for (const persist of waiting) {
    const adds = persist.entries ?? [];
    for (const entry of adds) bytes += entryBytes(entry);
    if (count > 0 && (bytes > writeBytesMax || entries.length + adds.length > writeEntriesMax)) break;
    // A drop is done last in a write, so nothing that empties or cuts the log may be joined behind it.
    if (dropThrough !== undefined && (persist.resetTo !== undefined || persist.truncateFrom !== undefined)) break;
    hardState = persist.hardState ?? hardState;
    if (persist.resetTo !== undefined) {
      resetTo = persist.resetTo;
      truncateFrom = undefined;
      entries = [];
    }
    if (persist.truncateFrom !== undefined) {
      const from = persist.truncateFrom;
      const first = entries[0]?.index ?? Infinity;
      if (from <= first) {
        entries = [];
        if (resetTo === undefined) truncateFrom = Math.min(truncateFrom ?? Infinity, from);
      } else entries = entries.filter((entry) => entry.index < from);
    }
    for (const entry of adds) entries.push(entry);
    dropThrough = persist.dropThrough ?? dropThrough;
    count++;
    seq = persist.seq;
  }
  return {write: {hardState, resetTo, truncateFrom, entries, dropThrough}, count, seq};
}
