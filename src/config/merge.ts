import {type ConfigValue} from './decode.ts';
import {ALL_KEYS} from './keys/all-keys.ts';
import {type KeySpec} from './keys/key-spec.ts';

/** Blocks that a later source replaces whole (config.md §1). */
const WHOLE_BLOCKS = ['dns_config.soa.', 'locality.', 'cloud.'];

/**
 * Lays one source over what was merged before: scalars replace, lists append, maps overlay (config.md §1).
 * Changes `into`.
 */
export function mergeInto(into: Map<string, ConfigValue>, values: ReadonlyMap<string, ConfigValue>): void {
  for (const prefix of WHOLE_BLOCKS) {
    if ([...values.keys()].some((path) => path.startsWith(prefix))) {
      for (const path of into.keys()) if (path.startsWith(prefix)) into.delete(path);
    }
  }
  const keys: Readonly<Record<string, KeySpec>> = ALL_KEYS;
  for (const [path, value] of values) {
    const before = into.get(path);
    into.set(path, before === undefined ? value : joined(keys[path], before, value));
  }
}

function joined(spec: KeySpec | undefined, before: ConfigValue, value: ConfigValue): ConfigValue {
  switch (spec?.type) {
    case 'strings':
    case 'blocks':
    case 'anyMaps':
      return [...(before as readonly ConfigValue[]), ...(value as readonly ConfigValue[])] as ConfigValue;
    case 'stringMap':
    case 'stringsMap':
    case 'anyMap':
      return {...(before as Record<string, string>), ...(value as Record<string, string>)};
    case 'blockMap':
      return new Map([...(before as ReadonlyMap<string, never>), ...(value as ReadonlyMap<string, never>)]);
    default:
      return value;
  }
}
