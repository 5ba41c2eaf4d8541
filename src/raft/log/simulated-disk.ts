import {Readable} from 'node:stream';

import {type Random} from '../../runtime/random.ts';
import {type DiskOperation, type LogDisk} from './log-disk.ts';

/**
 * A disk in memory, for simulations: what is written is readable at once but survives a crash only once synced. Like
 * LevelDB it keeps batches in order and whole: a crash keeps some first part of the unsynced ones, and the batch torn by
 * the crash is gone with all after it.
 */
export class SimulatedDisk {
  #durable = new Map<string, Buffer>();
  #current = new Map<string, Buffer>();
  #unsynced: (readonly DiskOperation[])[] = [];

  write(operations: readonly DiskOperation[]): void {
    apply(this.#current, operations);
    this.#unsynced.push(operations);
  }

  /** Makes the first `count` unsynced batches durable (all by default). */
  sync(count = this.#unsynced.length): void {
    for (const operations of this.#unsynced.splice(0, count)) apply(this.#durable, operations);
  }

  get unsyncedCount(): number {
    return this.#unsynced.length;
  }

  /** The power fails: a random first part of the unsynced batches happens to have reached the platter. */
  crash(random: Random): void {
    this.sync(random.below(this.#unsynced.length + 1));
    this.#unsynced = [];
    this.#current = new Map(this.#durable);
  }

  get(key: Buffer): Buffer | undefined {
    return this.#current.get(key.toString('latin1'));
  }

  scan(prefix: Buffer): (readonly [Buffer, Buffer])[] {
    const start = prefix.toString('latin1');
    const keys = [...this.#current.keys()].filter((key) => key.startsWith(start)).sort();
    return keys.map((key) => [Buffer.from(key, 'latin1'), this.#current.get(key) ?? Buffer.alloc(0)] as const);
  }

  /** The same disk behind the asynchronous interface; each write is synced. */
  asLogDisk(): LogDisk {
    return {
      location: 'simulated disk',
      open: () => Promise.resolve(),
      get: (key) => Promise.resolve(this.get(key)),
      scan: (prefix) => Readable.from(this.scan(prefix)),
      write: (operations) => {
        this.write(operations);
        this.sync();
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }
}

function apply(map: Map<string, Buffer>, operations: readonly DiskOperation[]): void {
  for (const operation of operations) {
    const key = operation.key.toString('latin1');
    if (operation.type === 'put') map.set(key, operation.value);
    else map.delete(key);
  }
}
