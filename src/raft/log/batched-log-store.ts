import {type HardState} from '../core/effects.ts';
import {entryBytes, type LogEntry} from '../log-entry.ts';
import {RaftError} from '../raft-error.ts';
import {batchKey, BatchLayout, batchPrefix, decodeHardState, hardStateKey} from './batch-layout.ts';
import {type LogDisk} from './log-disk.ts';
import {decodeBatch} from './log-frame.ts';
import {type LogStore, type LogWrite, type OpenedLog} from './log-store.ts';

/** The log store: `BatchLayout` on a `LogDisk`. */
export class BatchedLogStore implements LogStore {
  readonly #disk: LogDisk;
  readonly #layout = new BatchLayout();

  constructor(disk: LogDisk) {
    this.#disk = disk;
  }

  async open(): Promise<OpenedLog> {
    await this.#disk.open();
    try {
      const hardState: HardState = decodeHardState(await this.#disk.get(hardStateKey));
      for await (const [key, value] of this.#disk.scan(batchPrefix)) this.#layout.found(key, value);
      return this.#layout.opened(hardState);
    } catch (error) {
      await this.#disk.close();
      if (!(error instanceof RaftError)) throw error;
      throw new RaftError('corrupt', damageText(this.#disk.location, error.message), {cause: error});
    }
  }

  async write(write: LogWrite): Promise<void> {
    const straddled = this.#layout.straddled(write);
    const value = straddled === undefined ? undefined : await this.#disk.get(batchKey(straddled));
    const operations = this.#layout.plan(write, value);
    if (operations.length > 0) await this.#disk.write(operations);
    const {dropThrough} = write;
    while (dropThrough !== undefined && this.#layout.hasMoreToDrop(dropThrough)) {
      await this.#disk.write(this.#layout.plan({entries: [], dropThrough}, undefined));
    }
  }

  async read(first: number, last: number, bytesMax: number): Promise<LogEntry[]> {
    const found: LogEntry[] = [];
    let bytes = 0;
    for (let index = first; index <= last; ) {
      const batch = this.#layout.batchOf(index);
      const value = batch === undefined ? undefined : await this.#disk.get(batchKey(batch));
      // A batch may be dropped or cut between the look-up and the read.
      if (batch === undefined || value === undefined) return found;
      const entries = decodeBatch(value, batch);
      const wanted = entries.filter((entry) => entry.index >= index && entry.index <= last);
      if (wanted.length === 0) return found;
      for (const entry of wanted) {
        bytes += entryBytes(entry);
        if (bytes > bytesMax && found.length > 0) return found;
        found.push(entry);
      }
      index += wanted.length;
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#disk.close();
  }
}

function damageText(location: string, what: string): string {
  return (
    `the raft log in ${location} is damaged: ${what}. This server refuses to start, because it could lose entries that ` +
    'it has acknowledged. If the other servers of the cluster are healthy, move the raft folder away and start again: ' +
    'it will be filled from the leader. Otherwise restore a backup of the folder, or start empty and restore a snapshot.'
  );
}
