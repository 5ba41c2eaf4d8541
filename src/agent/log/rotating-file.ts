import {closeSync, openSync, readdirSync, renameSync, rmSync, writeSync} from 'node:fs';
import {basename, dirname, extname, join} from 'node:path';
import {type Clock} from '../../runtime/clock.ts';
import {type LogOutput} from './agent-log.ts';

export interface RotatingFileOptions {
  /** A file, or a folder when it ends in `/` (then the file is `consul.log`). */
  readonly path: string;
  readonly rotateDurationMs: number;
  /** 0: size does not matter. */
  readonly rotateBytes: number;
  /** Archives kept: 0 all, negative none. */
  readonly maxFiles: number;
  readonly clock: Clock;
}

/** A log file that is renamed and begun anew when it is too old or too large (cli.md §4.3). Looked at before each write. */
export class RotatingFile implements LogOutput {
  readonly #options: RotatingFileOptions;
  readonly #path: string;
  readonly #folder: string;
  readonly #stem: string;
  /** Of archives: a log without one is archived as `.log`. */
  readonly #extension: string;
  #file: number;
  #openedMs: number;
  #bytes = 0;

  /** @throws Error from the file system when the folder is missing or not writable */
  constructor(options: RotatingFileOptions) {
    this.#options = options;
    const path = options.path.endsWith('/') ? join(options.path, 'consul.log') : options.path;
    this.#path = path;
    this.#folder = dirname(path);
    this.#extension = extname(path) || '.log';
    this.#stem = basename(path, extname(path));
    this.#file = this.#open();
    this.#openedMs = options.clock.nowMs();
  }

  write(line: string): void {
    const {rotateBytes, rotateDurationMs, clock} = this.#options;
    const tooLarge = rotateBytes > 0 && this.#bytes >= rotateBytes;
    if (tooLarge || clock.nowMs() - this.#openedMs >= rotateDurationMs) this.#rotate();
    this.#bytes += writeSync(this.#file, line);
  }

  close(): void {
    closeSync(this.#file);
  }

  #open(): number {
    return openSync(this.#path, 'a', 0o640);
  }

  #rotate(): void {
    const {clock, maxFiles} = this.#options;
    closeSync(this.#file);
    const stamp = BigInt(Math.trunc(clock.wallMs())) * 1_000_000n;
    renameSync(this.#path, join(this.#folder, `${this.#stem}-${stamp}${this.#extension}`));
    if (maxFiles !== 0) {
      for (const name of this.#archives().slice(0, maxFiles < 0 ? undefined : -maxFiles)) rmSync(join(this.#folder, name));
    }
    this.#file = this.#open();
    this.#openedMs = clock.nowMs();
    this.#bytes = 0;
  }

  /** Oldest first: the stamps all have the same number of digits. */
  #archives(): string[] {
    const isArchive = (name: string): boolean =>
      name.startsWith(`${this.#stem}-`) && name.endsWith(this.#extension) && /-\d+$/.test(name.slice(0, -this.#extension.length));
    return readdirSync(this.#folder).filter(isArchive).sort();
  }
}
