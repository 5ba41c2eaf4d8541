import {OrderedMap} from './ordered-map.ts';

/** Keys of a row in a secondary index: none, one or several. Each must be unique in the index: end it with the row's own key. */
export type IndexKeys = string | readonly string[] | undefined;

export interface TableSpec<Row, IndexName extends string> {
  readonly name: string;
  /** The row's own key, unique in the table. */
  readonly key: (row: Row) => string;
  readonly indexes?: {readonly [name in IndexName]: (row: Row) => IndexKeys};
}

/** What a table is: its name, how its rows are keyed and indexed. It holds no rows; each view of a store does. */
export interface Table<Row, IndexName extends string = string> {
  readonly name: string;
  readonly keyOf: (row: Row) => string;
  readonly indexNames: readonly IndexName[];
  readonly indexKeysOf: readonly ((row: Row) => IndexKeys)[];
  /** Contents of this table in a store where nothing was written to it. */
  readonly empty: TableContents<Row>;
}

/**
 * Describes a table. With `defineTable({key: (row: Service) => …})` the names of indexes are checked by the compiler;
 * `defineTable<Service>({…})` checks them when they are used.
 */
export function defineTable<Row, IndexName extends string = string>(spec: TableSpec<Row, IndexName>): Table<Row, IndexName> {
  const indexes = spec.indexes ?? ({} as {readonly [name in IndexName]: (row: Row) => IndexKeys});
  const indexNames = Object.keys(indexes) as IndexName[];
  return {
    name: spec.name,
    keyOf: spec.key,
    indexNames,
    indexKeysOf: indexNames.map((name) => indexes[name]),
    empty: {rows: new OrderedMap<Row>(), indexes: indexNames.map(() => new OrderedMap<Row>())},
  };
}

/** Rows of one table in one view: by their own key, and by the keys of each index, in the order of `Table.indexNames`. */
export interface TableContents<Row> {
  readonly rows: OrderedMap<Row>;
  readonly indexes: readonly OrderedMap<Row>[];
}

/** An independent copy, O(1) a map. */
export function cloneContents<Row>(contents: TableContents<Row>): TableContents<Row> {
  return {rows: contents.rows.clone(), indexes: contents.indexes.map((index) => index.clone())};
}

/** @returns the position of a named index. Throws on a name that the table does not have. */
export function indexPosition<Row, IndexName extends string>(table: Table<Row, IndexName>, name: IndexName): number {
  const at = table.indexNames.indexOf(name);
  if (at < 0) throw new Error(`table ${table.name} has no index ${name}`);
  return at;
}
