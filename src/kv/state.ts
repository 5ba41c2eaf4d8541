import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type DirEntry, type Tombstone} from './schema.ts';

/** Entries looked at between two looks at the clock. */
const entriesPerStep = 256;

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
export function* listEntries(query: Query, prefix: ByteString): Sliced<QueryOutcome<readonly DirEntry[]>> {
  watchList(query, prefix);
  const entries: DirEntry[] = [];
  let index = 0;
  for (const entry of query.prefix(Kvs, prefix)) {
    index = Math.max(index, entry.ModifyIndex);
    if (entries.push(entry) % entriesPerStep === 0) yield;
  }
  return {value: entries, index: yield* listIndex(query, prefix, index)};
}

/** The keys below `prefix`; with a separator, what follows its first occurrence is folded into one. */
export function* listKeys(query: Query, prefix: ByteString, separator: ByteString): Sliced<QueryOutcome<readonly ByteString[]>> {
  watchList(query, prefix);
  const keys: ByteString[] = [];
  let index = 0;
  let seen = 0;
  for (const {Key, ModifyIndex} of query.prefix(Kvs, prefix)) {
    index = Math.max(index, ModifyIndex);
    const at = separator === '' ? -1 : Key.indexOf(separator, prefix.length);
    const fold = at < 0 ? Key : Key.slice(0, at + separator.length);
    if (separator === '' || keys.at(-1) !== fold) keys.push(fold);
    if (++seen % entriesPerStep === 0) yield;
  }
  return {value: keys, index: yield* listIndex(query, prefix, index)};
}

/** A list hangs on what is below its prefix; where nothing is, and for the whole store, on the tables. */
function watchList(query: Query, prefix: ByteString): void {
  if (prefix === '' || (query.count(Kvs, prefix) === 0 && query.count(Tombstones, prefix) === 0)) {
    query.index('kvs', 'tombstones');
  } else {
    query.watchPrefix(Kvs, prefix);
    query.watchPrefix(Tombstones, prefix);
  }
}

/** http-core.md §21.1: the highest index among matching entries and tombstones; the tables' where that says nothing. */
function* listIndex(query: Query, prefix: ByteString, highestEntry: number): Sliced<number> {
  if (prefix === '') return query.indexOf('kvs', 'tombstones');
  let index = highestEntry;
  let seen = 0;
  for (const tombstone of query.prefix(Tombstones, prefix)) {
    index = Math.max(index, tombstone.ModifyIndex);
    if (++seen % entriesPerStep === 0) yield;
  }
  return index === 0 ? query.indexOf('kvs', 'tombstones') : index;
}
