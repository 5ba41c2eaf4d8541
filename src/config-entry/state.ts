import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type ConfigEntryKind} from './entries/kinds.ts';
import {type ConfigEntry} from './schema.ts';

/** Entries by kind and name; names do not tell capitals from small letters. */
export const ConfigEntries = defineTable({name: 'config-entries', key: ({Kind, Name}: ConfigEntry) => configEntryKey(Kind, Name)});

function configEntryKey(kind: string, name: string): string {
  return `${kind}\0${name.toLowerCase()}`;
}

/** An entry by its kind and name, in any capitals. */
export function configEntry<K extends ConfigEntryKind>(reader: Reader, kind: K, name: string): ConfigEntry<K> | undefined {
  return reader.get(ConfigEntries, configEntryKey(kind, name)) as ConfigEntry<K> | undefined;
}

/** All entries of a kind, by name. */
export function configEntriesOf<K extends ConfigEntryKind>(reader: Reader, kind: K): readonly ConfigEntry<K>[] {
  return reader.prefix(ConfigEntries, `${kind}\0`).toArray() as unknown as readonly ConfigEntry<K>[];
}
