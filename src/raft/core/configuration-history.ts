import {type Configuration, emptyConfiguration} from '../configuration.ts';

interface Stated {
  readonly index: number;
  readonly configuration: Configuration;
}

/**
 * The configurations that still matter: the newest committed one and all after it. A configuration is in force from the
 * moment its entry is in the log; when that entry is truncated away, the one before it is in force again.
 */
export class ConfigurationHistory {
  #stated: Stated[];

  constructor(stated: readonly Stated[]) {
    this.#stated = stated.length > 0 ? [...stated] : [{index: 0, configuration: emptyConfiguration}];
  }

  get latest(): Configuration {
    return this.#stated.at(-1)?.configuration ?? emptyConfiguration;
  }

  get latestIndex(): number {
    return this.#stated.at(-1)?.index ?? 0;
  }

  /** The newest at or before `index`. */
  at(index: number): Stated {
    return this.#stated.findLast((stated) => stated.index <= index) ?? {index: 0, configuration: emptyConfiguration};
  }

  push(index: number, configuration: Configuration): void {
    this.#stated.push({index, configuration});
  }

  truncateFrom(index: number): void {
    while (this.#stated.length > 1 && (this.#stated.at(-1)?.index ?? 0) >= index) this.#stated.pop();
  }

  /** Forgets what is before the newest committed one. */
  committed(index: number): void {
    while (this.#stated.length > 1 && (this.#stated[1]?.index ?? Infinity) <= index) this.#stated.shift();
  }

  /** A snapshot states `configuration`; those of log entries after `keepAfter` stay in force. */
  install(index: number, configuration: Configuration, keepAfter: number): void {
    this.#stated = [{index, configuration}, ...this.#stated.filter((stated) => stated.index > keepAfter)];
  }
}
