import {type FSWatcher, statSync, watch} from 'node:fs';
import {basename, dirname} from 'node:path';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';

/** Changes that come within this time are one: editors and deployments write several files, and some twice. */
const coalesceMs = 1_000;

export interface ConfigWatcherOptions {
  /** Files and folders: those of the command line, and those that the configuration names; asked again after each reload. */
  readonly paths: () => readonly string[];
  readonly reload: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reloads the configuration when one of its files changes: `auto_reload_config` (config.md). */
export class ConfigWatcher {
  readonly #options: ConfigWatcherOptions;
  #watchers: readonly FSWatcher[] = [];
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: ConfigWatcherOptions) {
    this.#options = options;
  }

  /** Begins to watch, or looks at other paths than before. @throws Error when a path cannot be watched */
  start(): void {
    if (this.#isStopped) return;
    const watchers: FSWatcher[] = [];
    try {
      for (const path of this.#options.paths()) watchers.push(this.#watch(path));
    } catch (error) {
      for (const watcher of watchers) watcher.close();
      throw error;
    }
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = watchers;
  }

  /** A file is watched through its folder: who replaces it by renaming another leaves a watch of the file on the old one. */
  #watch(path: string): FSWatcher {
    const isFolder = statSync(path).isDirectory();
    const watcher = watch(isFolder ? path : dirname(path), (_event, name) => {
      if (isFolder || name === null || name === basename(path)) this.#changed();
    });
    watcher.on('error', (error) => this.#options.logger.error('configuration is not watched any more', {path, error}));
    return watcher;
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const watcher of this.#watchers) watcher.close();
  }

  #changed(): void {
    const {clock, logger, reload} = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(coalesceMs, () => {
      logger.info('auto reload: configuration files changed');
      reload()
        .then(() => this.start())
        .catch((error: unknown) => logger.error('Reload config failed', {error}));
    });
  }
}
