import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ConsulError} from '../../consul-error.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {errorCode} from '../../runtime/system-error.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';

const writtenEveryMs = 3_600_000;
const metadataFile = 'server_metadata.json';

/** A server ran on this data_dir before, whatever became of its log: only servers write these, Consul's old versions only the second. */
export function wasServer(dataDir: string): boolean {
  return [metadataFile, join('serf', 'remote.snapshot')].some((file) => existsSync(join(dataDir, file)));
}

export interface LastSeenOptions {
  readonly dataDir: string;
  /** `server_rejoin_age_max` */
  readonly ageMaxMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * When this server was last up, in `<data_dir>/server_metadata.json` (config.md §9): one that was away for too long does
 * not come back with what it knew, since the others have forgotten what they deleted meanwhile.
 */
export class LastSeen {
  readonly #options: LastSeenOptions;
  readonly #file: string;
  #timer: Timer | undefined;

  constructor(options: LastSeenOptions) {
    this.#options = options;
    this.#file = join(options.dataDir, metadataFile);
  }

  /** Begins to write the time down, now and every hour. @throws ConsulError in Consul's words when the server was away for too long */
  start(): void {
    const {ageMaxMs, clock} = this.#options;
    const seenMs = this.#read();
    if (seenMs !== undefined && clock.wallMs() - seenMs > ageMaxMs) {
      const age = formatGoDuration(ageMaxMs * NANOS_PER_MILLISECOND);
      throw new ConsulError(
        `refusing to rejoin cluster because server has been offline for more than the configured server_rejoin_age_max (${age}) - consider wiping your data dir`,
      );
    }
    this.#keepWriting();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #keepWriting(): void {
    const {clock, logger} = this.#options;
    try {
      const temporary = `${this.#file}.tmp`;
      writeFileSync(temporary, JSON.stringify({last_seen_unix: Math.floor(clock.wallMs() / 1000)}), {mode: 0o600});
      renameSync(temporary, this.#file);
    } catch (error) {
      logger.error('failed to persist server metadata', {error});
    }
    this.#timer = clock.setTimer(writtenEveryMs, () => this.#keepWriting());
  }

  #read(): number | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    const seen = /"last_seen_unix":\s*(\d+)/.exec(text)?.[1];
    if (seen === undefined) throw new ConsulError(`error reading server metadata: ${this.#file} holds no last_seen_unix`);
    return Number(seen) * 1000;
  }
}
