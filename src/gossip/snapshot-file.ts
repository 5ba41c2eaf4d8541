import {appendFile, readFile, rename, stat, writeFile} from 'node:fs/promises';
import {SerialQueue} from '../runtime/serial-queue.ts';
import {snapshotBytesMin, snapshotBytesPerNode} from './limits.ts';
import {formatSnapshot, parseSnapshot, type SnapshotState} from './serf/snapshot-text.ts';

type Clocks = Pick<SnapshotState, 'clock' | 'eventClock' | 'queryClock'>;

/** The snapshot file of a pool: who was alive, so that a restarted agent finds its peers [gossip.md §14.1]. */
export class SnapshotFile {
  readonly #path: string;
  readonly #alive: Map<string, string>;
  readonly restored: SnapshotState;
  #clocks: Clocks;
  #pending = '';
  #bytes: number;
  #hasLeft = false;
  readonly #writes = new SerialQueue();

  private constructor(path: string, restored: SnapshotState, bytes: number) {
    this.#path = path;
    this.restored = restored;
    this.#alive = new Map(restored.alive);
    this.#clocks = restored;
    this.#bytes = bytes;
  }

  /** @throws Error when the file cannot be read (that it is missing is no error) */
  static async open(path: string, rejoinAfterLeave: boolean, warn: (text: string) => void): Promise<SnapshotFile> {
    await appendFile(path, '', {mode: 0o644});
    const text = await readFile(path, 'utf8');
    const state = parseSnapshot(text, rejoinAfterLeave, (line) => warn(`Unrecognized snapshot line: ${line}`));
    return new SnapshotFile(path, state, (await stat(path)).size);
  }

  alive(name: string, address: string): void {
    this.#alive.set(name, address);
    this.#line(`alive: ${name} ${address}`);
  }

  notAlive(name: string): void {
    this.#alive.delete(name);
    this.#line(`not-alive: ${name}`);
  }

  clocks(now: Clocks): void {
    if (now.clock > this.#clocks.clock) this.#pending += `clock: ${now.clock}\n`;
    if (now.eventClock > this.#clocks.eventClock) this.#pending += `event-clock: ${now.eventClock}\n`;
    if (now.queryClock > this.#clocks.queryClock) this.#pending += `query-clock: ${now.queryClock}\n`;
    this.#clocks = {
      clock: Math.max(now.clock, this.#clocks.clock), eventClock: Math.max(now.eventClock, this.#clocks.eventClock),
      queryClock: Math.max(now.queryClock, this.#clocks.queryClock),
    };
  }

  /** From here on only clocks are recorded. */
  leave(): void {
    this.#line('leave');
    this.#hasLeft = true;
  }

  /** Writes what has come since the last time. @throws Error of the disk */
  flush(): Promise<void> {
    return this.#writes.run(() => this.#write());
  }

  async #write(): Promise<void> {
    const text = this.#pending;
    if (text === '') return;
    this.#pending = '';
    await appendFile(this.#path, text);
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes <= Math.max(snapshotBytesMin, snapshotBytesPerNode * this.#alive.size)) return;
    const compact = formatSnapshot({alive: this.#alive, ...this.#clocks}) + (this.#hasLeft ? 'leave\n' : '');
    await writeFile(`${this.#path}.compact`, compact, {mode: 0o644, flush: true});
    await rename(`${this.#path}.compact`, this.#path);
    this.#bytes = Buffer.byteLength(compact);
  }

  #line(line: string): void {
    if (!this.#hasLeft && !line.includes('\n')) this.#pending += `${line}\n`;
  }
}
