import {type FSWatcher, statSync, watch} from 'node:fs';
import {basename, dirname} from 'node:path';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';

/** Changes that come within this time are one: editors and deployments write several files, and some twice. */
const coalesceMs = 1_000;

export interface ConfigWatcherOptions {
  /** Files and folders, as given on the command line. */
  readonly paths: readonly string[];
  readonly reload: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reloads the configuration when one of its files changes: `auto_reload_config` (config.md). */
export class ConfigWatcher {
  readonly #options: ConfigWatcherOptions;
  readonly #watchers: FSWatcher[] = [];
  #timer: Timer | undefined;

  constructor(options: ConfigWatcherOptions) {
    this.#options = options;
  }

  /** @throws Error when a path cannot be watched */
  start(): void {
    for (const path of this.#options.paths) {
      // A file is watched through its folder: who replaces it by renaming another leaves a watch of the file on the old one.
      const isFolder = statSync(path).isDirectory();
      const watcher = watch(isFolder ? path : dirname(path), (_event, name) => {
        if (isFolder || name === null || name === basename(path)) this.#changed();
      });
      watcher.on('error', (error) => this.#options.logger.error('configuration is not watched any more', {path, error}));
      this.#watchers.push(watcher);
    }
  }

  stop(): void {
    this.#timer?.cancel();
    for (const watcher of this.#watchers) watcher.close();
  }

  #changed(): void {
    const {clock, logger, reload} = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(coalesceMs, () => {
      logger.info('auto reload: configuration files changed');
      reload().catch((error: unknown) => logger.error('Reload config failed', {error}));
    });
  }
}
