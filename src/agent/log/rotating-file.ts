import {closeSync, openSync, readdirSync, renameSync, rmSync, writeSync} from 'node:fs';
import {basename, dirname, extname, join} from 'node:path';
import {type Clock} from '../../runtime/clock.ts';
import {errorCode, systemErrorText} from '../../runtime/system-error.ts';
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
  /** Told why the file cannot be written or begun anew: once, until it can be again. */
  readonly onTrouble: (why: string) => void;
}

/**
 * A log file that is renamed and begun anew when it is too old or too large (cli.md §4.3). Looked at before each write.
 * A full disk costs lines, and never ends what the log tells of.
 */
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
  #isTroubled = false;

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
    const isFit = !this.#isDue() || this.#attempt(() => this.#rotate());
    const isWritten = this.#attempt(() => {
      this.#bytes += writeSync(this.#file, line);
    });
    if (isFit && isWritten) this.#isTroubled = false;
  }

  close(): void {
    closeSync(this.#file);
  }

  #open(): number {
    return openSync(this.#path, 'a', 0o640);
  }

  #isDue(): boolean {
    const {rotateBytes, rotateDurationMs, clock} = this.#options;
    return (rotateBytes > 0 && this.#bytes >= rotateBytes) || clock.nowMs() - this.#openedMs >= rotateDurationMs;
  }

  #attempt(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      if (!this.#isTroubled) this.#options.onTrouble(systemErrorText(error));
      this.#isTroubled = true;
      return false;
    }
  }

  /** The old file stays open until there is a new one: where none can be made, lines go on where they went. */
  #rotate(): void {
    const {clock, maxFiles} = this.#options;
    this.#archive();
    const old = this.#file;
    this.#file = this.#open();
    closeSync(old);
    this.#openedMs = clock.nowMs();
    this.#bytes = 0;
    if (maxFiles !== 0) {
      for (const name of this.#archives().slice(0, maxFiles < 0 ? undefined : -maxFiles)) rmSync(join(this.#folder, name));
    }
  }

  #archive(): void {
    const stamp = BigInt(Math.trunc(this.#options.clock.wallMs())) * 1_000_000n;
    try {
      renameSync(this.#path, join(this.#folder, `${this.#stem}-${stamp}${this.#extension}`));
    } catch (error) {
      // Somebody has moved it away already.
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  /** Oldest first: the stamps all have the same number of digits. */
  #archives(): string[] {
    const isArchive = (name: string): boolean =>
      name.startsWith(`${this.#stem}-`) && name.endsWith(this.#extension) && /-\d+$/.test(name.slice(0, -this.#extension.length));
    return readdirSync(this.#folder).filter(isArchive).sort();
  }
}
