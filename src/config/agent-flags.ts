import {type ConfigValue} from './decode.ts';
import {ALL_KEYS} from './keys/all-keys.ts';
import {type KeySpec} from './keys/key-spec.ts';

/** One flag of `consul agent` and the key that it sets. */
export interface AgentFlag {
  readonly name: string;
  readonly path: string;
  readonly type: KeySpec['type'];
  readonly help: string;
}

/** Flags that are not named in the key table because a key has two, or belongs to an older name. */
const MORE_FLAGS: readonly AgentFlag[] = [
  {name: 'non-voting-server', path: 'read_replica', type: 'bool', help: '(Enterprise-only) The same as -read-replica.'},
];

/** Every flag that sets a key, from the key table. */
export function agentFlags(): readonly AgentFlag[] {
  const fromTable = Object.entries<KeySpec>(ALL_KEYS).flatMap(([path, spec]) =>
    (spec.flag === undefined ? [] : [{name: spec.flag.name, path, type: spec.type, help: spec.flag.help}]));
  return [...fromTable, ...MORE_FLAGS];
}

/** The values of the flags that were given, by key path. */
export function agentFlagValues(flags: Readonly<Record<string, unknown>>, given: ReadonlySet<string>): ReadonlyMap<string, ConfigValue> {
  return new Map(agentFlags().filter((flag) => given.has(flag.name)).map((flag) => [flag.path, flags[flag.name] as ConfigValue]));
}
