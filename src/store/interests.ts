import {watchedKeysListedMax, watchedKeysPerQueryMax} from './limits.ts';

/** What a table is to those who watch it: its name, and its identity. */
export interface WatchedTable {
  readonly name: string;
}

/** What one query watched in one table. */
export interface TableInterests {
  readonly table: WatchedTable;
  readonly rows: DistinctKeys;
  readonly prefixes: DistinctKeys;
  whole: boolean;
}

/** What one query watched. Past `watchedKeysPerQueryMax` keys of a kind it is the whole table, or all indexes. */
export class Interests {
  readonly indexes = new DistinctKeys();
  anyIndex = false;
  readonly tables: TableInterests[] = [];
  #isSealed = false;

  /** Nothing is added from now on: a watch stands on what there is. */
  seal(): void {
    this.#isSealed = true;
  }

  addIndex(name: string): void {
    this.#checkOpen();
    if (this.anyIndex) return;
    if (!this.indexes.add(name)) this.anyIndex = true;
  }

  addRow(table: WatchedTable, key: string): void {
    const interests = this.#of(table);
    if (!interests.whole && !interests.rows.add(key)) interests.whole = true;
  }

  addPrefix(table: WatchedTable, prefix: string): void {
    const interests = this.#of(table);
    if (!interests.whole && !interests.prefixes.add(prefix)) interests.whole = true;
  }

  addTable(table: WatchedTable): void {
    this.#of(table).whole = true;
  }

  #checkOpen(): void {
    if (this.#isSealed) throw new Error('a sliced query names what it watches before its first yield');
  }

  #of(table: WatchedTable): TableInterests {
    this.#checkOpen();
    for (const interests of this.tables) if (interests.table === table) return interests;
    const interests = {table, rows: new DistinctKeys(), prefixes: new DistinctKeys(), whole: false};
    this.tables.push(interests);
    return interests;
  }
}

const none: readonly string[] = [];

/** A set of keys, mostly of one or two. */
export class DistinctKeys {
  #keys: string[] | undefined;
  #hashed: Set<string> | undefined;

  get keys(): readonly string[] {
    return this.#keys ?? none;
  }

  /** @returns false when there are too many */
  add(key: string): boolean {
    const keys = (this.#keys ??= []);
    if (keys.length < watchedKeysListedMax) {
      if (!keys.includes(key)) keys.push(key);
      return true;
    }
    this.#hashed ??= new Set(keys);
    if (this.#hashed.has(key)) return true;
    if (keys.length >= watchedKeysPerQueryMax) return false;
    this.#hashed.add(key);
    keys.push(key);
    return true;
  }
}
