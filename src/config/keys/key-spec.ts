/** What a key holds. `block`, `blocks`, `blockMap` hold other keys: one block, a list of them, a map of them by name. */
export type KeyType =
  | 'bool' | 'int' | 'uint' | 'float' | 'string' | 'duration'
  | 'strings' | 'stringMap' | 'any' | 'anyMap' | 'anyMaps'
  | 'stringsMap' | 'block' | 'blocks' | 'blockMap';

/**
 * What setting a key does: `now` takes effect; `none yet` is accepted and checked, and named in a warning at start;
 * `enterprise` warns as Consul does; `fixed` is accepted and always overwritten (config.md §6.11).
 */
export type KeyEffect = 'now' | 'none yet' | 'enterprise' | 'fixed';

export interface KeyFlag {
  readonly name: string;
  readonly help: string;
}

export interface KeySpec<T extends KeyType = KeyType> {
  readonly type: T;
  /** As a file would have it: durations are text. Absent: unset (empty, zero, or derived when building). */
  readonly default?: boolean | number | string;
  readonly effect: KeyEffect;
  readonly flag?: KeyFlag;
  /** The keys inside, for block types. A function, since services hold services. */
  readonly shape?: () => Shape;
  /** Other names a file may use, lower case. */
  readonly aliases?: readonly string[];
}

/** Keys by dotted path. */
export type Shape = Readonly<Record<string, KeySpec>>;

export interface KeyOptions {
  readonly default?: boolean | number | string;
  readonly effect?: KeyEffect;
  /** name and help of the agent's flag */
  readonly flag?: readonly [name: string, help: string];
  readonly shape?: () => Shape;
  readonly aliases?: readonly string[];
}

/** One row of the key table. */
export function key<T extends KeyType>(type: T, options: KeyOptions = {}): KeySpec<T> {
  return {
    type,
    effect: options.effect ?? 'now',
    ...(options.default === undefined ? {} : {default: options.default}),
    ...(options.flag === undefined ? {} : {flag: {name: options.flag[0], help: options.flag[1]}}),
    ...(options.shape === undefined ? {} : {shape: options.shape}),
    ...(options.aliases === undefined ? {} : {aliases: options.aliases}),
  };
}
