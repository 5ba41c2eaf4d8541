import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type ConfigEntry} from './schema.ts';

/** Entries by kind and name; names do not tell capitals from small letters. */
export const ConfigEntries = defineTable({name: 'config-entries', key: ({Kind, Name}: ConfigEntry) => configEntryKey(Kind, Name)});

function configEntryKey(kind: string, name: string): string {
  return `${kind}\0${name.toLowerCase()}`;
}

export function configEntry(reader: Reader, kind: string, name: string): ConfigEntry | undefined {
  return reader.get(ConfigEntries, configEntryKey(kind, name));
}
