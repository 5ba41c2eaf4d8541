import {type WatchedTable} from './interests.ts';
import {type OrderedMap} from './ordered-map.ts';
import {type Contents, foldedIndexName, type IndexEntry, lookupContents, Reader} from './reader.ts';
import {cloneContents, type IndexKeys, type Table, type TableContents} from './table.ts';
import {type View} from './view.ts';
import {MarkLog, type WatchRegistry} from './watch-registry.ts';

/** What a store does with a finished write. */
export interface WriteOwner {
  publish(tx: WriteTx): View;
  abandon(tx: WriteTx): void;
}

/** A point to go back to. Only the newest ones can be used: going back to one forgets those taken after it. */
export interface Savepoint {
  /** Undoes all writes since, and what they would have fired. Usable once; throws if it is no longer there. */
  rollback(): void;
}

/**
 * The one write under way: reads see its own writes, everyone else the view before it, until `publish`. It may stay open
 * over many turns of the event loop.
 */
export class WriteTx extends Reader {
  readonly #owner: WriteOwner;
  readonly #base: Contents;
  readonly #registry: WatchRegistry;
  readonly marks = new MarkLog();
  /** Tables written to: contents of our own. */
  #touched = new Map<WatchedTable, TableContents<unknown>>();
  #indexes: OrderedMap<IndexEntry> | undefined;
  #state: 'open' | 'published' | 'abandoned' = 'open';
  /** Savepoints that can still be gone back to. */
  #savepoints: Savepoint[] = [];

  constructor(owner: WriteOwner, base: Contents, registry: WatchRegistry) {
    super();
    this.#owner = owner;
    this.#base = base;
    this.#registry = registry;
  }

  /** Writes a row in the place of the one with its key. The row must not be changed afterwards. Throws if an index key belongs to another row. */
  put<Row, I extends string>(table: Table<Row, I>, row: Row): void {
    const contents = this.#own(table);
    const key = table.keyOf(row);
    const previous = contents.rows.set(key, row);
    if (previous === row) return;
    for (let i = 0; i < contents.indexes.length; i++) this.#reindex(table, contents, i, previous, row);
    this.#registry.markRow(table, key, this.marks);
  }

  /** @returns the row that was deleted; undefined, and nothing fires, if there was none */
  delete<Row, I extends string>(table: Table<Row, I>, key: string): Row | undefined {
    if (this.get(table, key) === undefined) return undefined;
    const contents = this.#own(table);
    const previous = contents.rows.delete(key);
    for (let i = 0; i < contents.indexes.length; i++) this.#reindex(table, contents, i, previous, undefined);
    this.#registry.markRow(table, key, this.marks);
    return previous;
  }

  /** Deletes rows whose key starts with `prefix`, at most `rowsMax` in this call. @returns how many; fewer than `rowsMax`: none is left */
  deletePrefix<Row, I extends string>(table: Table<Row, I>, prefix: string, rowsMax = Infinity): number {
    let deleted = 0;
    if (rowsMax <= 0) return deleted;
    const doomed = this.prefix(table, prefix);
    for (const row of doomed) {
      this.delete(table, table.keyOf(row));
      if (++deleted >= rowsMax) break;
    }
    return deleted;
  }

  /** Fires, at publish, the watches of all rows and prefixes below `prefix` and of all prefixes of it. */
  firePrefix<Row, I extends string>(table: Table<Row, I>, prefix: string): void {
    this.#own(table);
    this.#registry.markPrefix(table, prefix, this.marks);
  }

  /** Sets entries of Consul's index table; fires the watches of those that move. */
  setIndex(name: string, index: number): void {
    this.#checkOpen();
    const key = foldedIndexName(name);
    const known = this.indexTable().get(key);
    if (known?.index === index && known.name === name) return;
    this.#ownIndexes().set(key, {name, index});
    if (known?.index !== index) this.#registry.markIndex(key, this.marks);
  }

  /** Fires, at publish, the watches of an entry of the index table that does not move. */
  fireIndex(name: string): void {
    this.#checkOpen();
    // Even if nothing else is written there is a newer view, for those who were about to wait.
    this.#ownIndexes();
    this.#registry.markIndex(foldedIndexName(name), this.marks);
  }

  deleteIndex(name: string): void {
    this.#checkOpen();
    const key = foldedIndexName(name);
    if (this.indexTable().get(key) === undefined) return;
    this.#ownIndexes().delete(key);
    this.#registry.markIndex(key, this.marks);
  }

  /** A point to go back to, O(tables written to). */
  savepoint(): Savepoint {
    this.#checkOpen();
    const touched = new Map<WatchedTable, TableContents<unknown>>();
    for (const [table, contents] of this.#touched) touched.set(table, cloneContents(contents));
    const indexes = this.#indexes?.clone();
    const marked = this.marks.length;
    const depth = this.#savepoints.length;
    const savepoint: Savepoint = {
      rollback: () => {
        this.#checkOpen();
        if (this.#savepoints[depth] !== savepoint) throw new Error('rollback to a savepoint that is no longer there');
        this.#savepoints.length = depth;
        this.#touched = touched;
        this.#indexes = indexes;
        this.marks.truncate(marked);
      },
    };
    this.#savepoints.push(savepoint);
    return savepoint;
  }

  /** Makes this write the store's current view, and fires what it marked. */
  publish(): View {
    this.#checkOpen();
    this.#state = 'published';
    return this.#owner.publish(this);
  }

  /** Drops all of it. */
  abandon(): void {
    this.#checkOpen();
    this.#state = 'abandoned';
    this.#owner.abandon(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  hasTouched(table: WatchedTable): boolean {
    return this.#touched.has(table);
  }

  hasMovedIndexes(): boolean {
    return this.#indexes !== undefined;
  }

  /** For the store: all contents as they stand after this write. */
  result(): Contents {
    if (this.#touched.size === 0) return this.#indexes === undefined ? this.#base : {tables: this.#base.tables, indexes: this.#indexes};
    const tables = new Map(this.#base.tables);
    for (const [table, contents] of this.#touched) tables.set(table, contents);
    return {tables, indexes: this.indexTable()};
  }

  protected override contentsOf<Row, I extends string>(table: Table<Row, I>): TableContents<Row> {
    return lookupContents(this.#touched, table) ?? lookupContents(this.#base.tables, table) ?? table.empty;
  }

  protected override indexTable(): OrderedMap<IndexEntry> {
    return this.#indexes ?? this.#base.indexes;
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw new Error(`write already ${this.#state}`);
  }

  #own<Row, I extends string>(table: Table<Row, I>): TableContents<Row> {
    this.#checkOpen();
    const own = lookupContents(this.#touched, table);
    if (own !== undefined) return own;
    const contents = cloneContents(lookupContents(this.#base.tables, table) ?? table.empty);
    this.#touched.set(table, contents);
    return contents;
  }

  #ownIndexes(): OrderedMap<IndexEntry> {
    return (this.#indexes ??= this.#base.indexes.clone());
  }

  /** Moves a row from the index keys it had to those it has now. */
  #reindex<Row, I extends string>(table: Table<Row, I>, contents: TableContents<Row>, at: number, previous: Row | undefined, row: Row | undefined): void {
    const keysOf = table.indexKeysOf[at] as (row: Row) => IndexKeys;
    const index = contents.indexes[at] as OrderedMap<Row>;
    const before = previous === undefined ? undefined : keysOf(previous);
    const after = row === undefined ? undefined : keysOf(row);
    if (before !== undefined && before !== after) {
      if (typeof before === 'string') index.delete(before);
      else for (const key of before) index.delete(key);
    }
    if (row === undefined || after === undefined) return;
    const put = (key: string) => {
      const displaced = index.set(key, row);
      if (displaced !== undefined && displaced !== previous) {
        throw new Error(`table ${table.name}: two rows have one key in index ${table.indexNames[at] ?? at}`);
      }
    };
    if (typeof after === 'string') put(after);
    else for (const key of after) put(key);
  }
}
