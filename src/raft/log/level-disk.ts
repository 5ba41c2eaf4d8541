import {Level} from 'level';

import {RaftError} from '../raft-error.ts';
import {refuseDamagedLog} from './level-log-check.ts';
import {type DiskOperation, type LogDisk} from './log-disk.ts';

/** LevelDB's memory for fresh writes; full ones are written out in the background. */
const writeBufferBytes = 16 * 1024 * 1024;

/** The log's real disk: a LevelDB folder. Each write is one LevelDB batch, synced. */
export class LevelDisk implements LogDisk {
  readonly location: string;
  #opened: Level<Buffer, Buffer> | undefined;

  constructor(location: string) {
    this.location = location;
  }

  get #db(): Level<Buffer, Buffer> {
    if (this.#opened === undefined) throw new RaftError('broken', `the raft log in ${this.location} is not open`);
    return this.#opened;
  }

  async open(): Promise<void> {
    await refuseDamagedLog(this.location);
    // It takes the folder's lock by itself as soon as it is made, which must not be before it is asked for.
    this.#opened = new Level<Buffer, Buffer>(this.location, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
      compression: false,
      writeBufferSize: writeBufferBytes,
    });
    try {
      await this.#opened.open();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RaftError('broken', `the raft log in ${this.location} cannot be opened: ${why}`, {cause: error});
    }
  }

  async get(key: Buffer): Promise<Buffer | undefined> {
    return this.#db.get(key);
  }

  async *scan(prefix: Buffer): AsyncIterable<readonly [key: Buffer, value: Buffer]> {
    const end = Buffer.from(prefix);
    end[end.length - 1] = (end.at(-1) ?? 0) + 1;
    yield* this.#db.iterator({gte: prefix, lt: end});
  }

  async write(operations: readonly DiskOperation[]): Promise<void> {
    const [only] = operations;
    if (operations.length === 1 && only?.type === 'put') await this.#db.put(only.key, only.value, {sync: true});
    else await this.#db.batch([...operations], {sync: true});
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }
}
