import {type OrderedMap} from './ordered-map.ts';
import {type OrderedRange, type RangeBounds} from './ordered-range.ts';
import {prefixEnd} from './ordered-search.ts';
import {indexPosition, type Table, type TableContents} from './table.ts';

/** All rows of a store by table, and Consul's index table. */
export interface Contents {
  /** Contents of the tables that were ever written to. The table, which is the key, tells what its rows are. */
  readonly tables: ReadonlyMap<object, TableContents<unknown>>;
  /** Consul's index table ("kvs", "service.web"), by folded name. */
  readonly indexes: OrderedMap<IndexEntry>;
}

/** One entry of Consul's index table. */
export interface IndexEntry {
  /** In the spelling of whoever set it last. */
  readonly name: string;
  /** The Raft index at which what it stands for last moved. */
  readonly index: number;
}

/** Names in the index table do not tell capitals from small letters. */
export function foldedIndexName(name: string): string {
  return name.toLowerCase();
}

/** Reads that do not care whether they see a published view or a write under way. None of them watches anything. */
export abstract class Reader {
  protected abstract contentsOf<Row, IndexName extends string>(table: Table<Row, IndexName>): TableContents<Row>;
  protected abstract indexTable(): OrderedMap<IndexEntry>;

  get<Row, I extends string>(table: Table<Row, I>, key: string): Row | undefined {
    return this.contentsOf(table).rows.get(key);
  }

  has<Row, I extends string>(table: Table<Row, I>, key: string): boolean {
    return this.get(table, key) !== undefined;
  }

  /** Rows whose key starts with `prefix`, in the order of keys. What is given can be walked once, and paused. */
  prefix<Row, I extends string>(table: Table<Row, I>, prefix: string, options?: WalkOptions): OrderedRange<Row> {
    return this.contentsOf(table).rows.range(prefixBounds(prefix, options));
  }

  range<Row, I extends string>(table: Table<Row, I>, bounds: RangeBounds): OrderedRange<Row> {
    return this.contentsOf(table).rows.range(bounds);
  }

  all<Row, I extends string>(table: Table<Row, I>, options?: WalkOptions): OrderedRange<Row> {
    return this.prefix(table, '', options);
  }

  /** The row with the lowest key that starts with `prefix`. */
  first<Row, I extends string>(table: Table<Row, I>, prefix = ''): Row | undefined {
    return this.prefix(table, prefix).next().value;
  }

  /** The row with the highest key that starts with `prefix`. */
  last<Row, I extends string>(table: Table<Row, I>, prefix = ''): Row | undefined {
    return this.prefix(table, prefix, {reverse: true}).next().value;
  }

  size<Row, I extends string>(table: Table<Row, I>): number {
    return this.contentsOf(table).rows.size;
  }

  /** How many rows have a key that starts with `prefix`. O(log n). */
  count<Row, I extends string>(table: Table<Row, I>, prefix: string): number {
    return countPrefix(this.contentsOf(table).rows, prefix);
  }

  /** The table by a secondary index. Throws on a name that the table does not have. */
  byIndex<Row, I extends string>(table: Table<Row, I>, name: NoInfer<I>): IndexReader<Row> {
    const index = this.contentsOf(table).indexes[indexPosition(table, name)];
    if (index === undefined) throw new Error(`contents of ${table.name} lack index ${name}`);
    return new IndexReader(index);
  }

  /** The highest entry of Consul's index table under these names; 0 if none is there. */
  indexOf(...names: readonly string[]): number {
    const indexes = this.indexTable();
    let highest = 0;
    for (const name of names) highest = Math.max(highest, indexes.get(foldedIndexName(name))?.index ?? 0);
    return highest;
  }

  /** Whether the index table has an entry of this name. */
  hasIndex(name: string): boolean {
    return this.indexTable().get(foldedIndexName(name)) !== undefined;
  }

  /** Entries of Consul's index table whose name starts with `prefix`, by folded name. */
  *indexEntries(prefix = ''): Generator<[name: string, index: number], void, undefined> {
    for (const {name, index} of this.indexTable().range(prefixBounds(foldedIndexName(prefix)))) yield [name, index];
  }
}

export interface WalkOptions {
  readonly reverse?: boolean;
}

/** Rows by the keys of a secondary index. */
export class IndexReader<Row> {
  readonly #index: OrderedMap<Row>;

  constructor(index: OrderedMap<Row>) {
    this.#index = index;
  }

  get(indexKey: string): Row | undefined {
    return this.#index.get(indexKey);
  }

  prefix(prefix: string, options?: WalkOptions): OrderedRange<Row> {
    return this.#index.range(prefixBounds(prefix, options));
  }

  range(bounds: RangeBounds): OrderedRange<Row> {
    return this.#index.range(bounds);
  }

  first(prefix = ''): Row | undefined {
    return this.prefix(prefix).next().value;
  }

  last(prefix = ''): Row | undefined {
    return this.prefix(prefix, {reverse: true}).next().value;
  }

  count(prefix = ''): number {
    return countPrefix(this.#index, prefix);
  }

  get size(): number {
    return this.#index.size;
  }
}

/** Contents of a table among all; the table itself is the proof of what its rows are. */
export function lookupContents<Row, I extends string>(tables: Contents['tables'], table: Table<Row, I>): TableContents<Row> | undefined {
  return tables.get(table) as TableContents<Row> | undefined;
}

/** The range of all keys that begin so. */
export function prefixBounds(prefix: string, options?: WalkOptions): RangeBounds {
  return {from: prefix === '' ? undefined : prefix, below: prefixEnd(prefix), reverse: options?.reverse};
}

function countPrefix(map: OrderedMap<unknown>, prefix: string): number {
  const end = prefixEnd(prefix);
  return (end === undefined ? map.size : map.rank(end)) - (prefix === '' ? 0 : map.rank(prefix));
}
