import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type DirEntry, type Tombstone} from './schema.ts';

/** Entries by key; by session, for the locks a session holds. */
export const Kvs = defineTable({
  name: 'kvs',
  key: (entry: DirEntry) => entry.Key,
  indexes: {session: (entry: DirEntry) => (entry.Session === '' ? undefined : `${entry.Session.toLowerCase()}\0${entry.Key}`)},
});

/** Tombstones by the key they stand for; by index, for reaping. */
export const Tombstones = defineTable({
  name: 'tombstones',
  key: (tombstone: Tombstone) => tombstone.Key,
  indexes: {index: (tombstone: Tombstone) => `${indexKey(tombstone.ModifyIndex)}${tombstone.Key}`},
});

/** An index as a key whose order is the numbers' order. */
export function indexKey(index: number): string {
  return index.toString(16).padStart(14, '0');
}

/** The keys a session holds, in order. */
export function lockedBy(reader: Reader, sessionId: string): DirEntry[] {
  return [...reader.byIndex(Kvs, 'session').prefix(`${sessionId.toLowerCase()}\0`)];
}

/** One key. Only a write to that key wakes its watchers, present or missing (http-core.md §3). */
export function getEntry(query: Query, key: ByteString): QueryOutcome<DirEntry | undefined> {
  const entry = query.get(Kvs, key);
  query.watchRow(Kvs, key);
  return entry === undefined
    ? {value: undefined, index: query.indexOf('kvs', 'tombstones'), notFound: true}
    : {value: entry, index: entry.ModifyIndex};
}

/** All entries whose key starts with `prefix`, in the order of keys. */
export function listEntries(query: Query, prefix: ByteString): QueryOutcome<readonly DirEntry[]> {
  const entries = [...query.prefix(Kvs, prefix)];
  return {value: entries, index: listIndex(query, prefix, entries)};
}

/** The keys below `prefix`; with a separator, what follows its first occurrence is folded into one. */
export function listKeys(query: Query, prefix: ByteString, separator: ByteString): QueryOutcome<readonly ByteString[]> {
  const entries = [...query.prefix(Kvs, prefix)];
  const index = listIndex(query, prefix, entries);
  if (separator === '') return {value: entries.map((entry) => entry.Key), index};
  const keys: ByteString[] = [];
  for (const {Key} of entries) {
    const at = Key.indexOf(separator, prefix.length);
    const fold = at < 0 ? Key : Key.slice(0, at + separator.length);
    if (keys.at(-1) !== fold) keys.push(fold);
  }
  return {value: keys, index};
}

/** http-core.md §21.1: the highest index among matching entries and tombstones; the tables' where that says nothing. */
function listIndex(query: Query, prefix: ByteString, entries: readonly DirEntry[]): number {
  if (prefix === '') return query.index('kvs', 'tombstones');
  let index = 0;
  for (const entry of entries) index = Math.max(index, entry.ModifyIndex);
  for (const tombstone of query.prefix(Tombstones, prefix)) index = Math.max(index, tombstone.ModifyIndex);
  if (index === 0) return query.index('kvs', 'tombstones');
  query.watchPrefix(Kvs, prefix);
  query.watchPrefix(Tombstones, prefix);
  return index;
}
