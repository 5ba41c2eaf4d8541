import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

const ballastBytes = 64 * 1024;

/** Whether this machine lets its users mount a file system in a namespace of their own. */
export function mayMount(): boolean {
  return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

/** A file system of a few megabytes, in a mount namespace that lives as long as this does. */
export class SmallDisk {
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /** @param folder is made; whoever runs under the launcher sees the disk there */
  static async mount(folder: string, mebibytes: number): Promise<SmallDisk> {
    await mkdir(folder, {recursive: true});
    const holder = spawn('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs -o size=${mebibytes}m tmpfs "$0" && echo mounted && exec cat`, folder], {stdio: ['pipe', 'pipe', 'inherit']});
    await once(holder.stdout, 'data');
    return new SmallDisk(holder, folder);
  }

  /** Starts a program where the disk is. */
  get launcher(): readonly string[] {
    return ['nsenter', `--target=${this.#holder.pid}`, '--user', '--mount', '--preserve-credentials'];
  }

  /** Leaves room for little more than so many bytes. */
  async fill(leftBytes: number): Promise<void> {
    for (let file = 0; ; file++) {
      try {
        await writeFile(this.#ballast(file), Buffer.alloc(ballastBytes));
      } catch (error) {
        if (!isOfCode(error, 'ENOSPC')) throw error;
        const spared = Math.ceil(leftBytes / ballastBytes);
        for (let last = file; last >= 0 && last > file - spared; last--) await rm(this.#ballast(last));
        return;
      }
    }
  }

  /** Takes away what filled it. */
  async makeRoom(): Promise<void> {
    for (let file = 0; ; file++) {
      try {
        await rm(this.#ballast(file));
      } catch (error) {
        if (isOfCode(error, 'ENOENT')) return;
        throw error;
      }
    }
  }

  async unmount(): Promise<void> {
    const gone = once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await gone;
  }

  #ballast(file: number): string {
    return join(`/proc/${this.#holder.pid}/root`, this.#folder, `ballast-${file}`);
  }
}

function isOfCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
