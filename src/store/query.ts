import {Interests} from './interests.ts';
import {type OrderedMap} from './ordered-map.ts';
import {foldedIndexName, type IndexEntry, lookupContents, Reader} from './reader.ts';
import {type Table, type TableContents} from './table.ts';
import {type View} from './view.ts';

/** A view, and a record of what of it was watched. Plain reads are not recorded: a query says what its answer hangs on. */
export class Query extends Reader {
  readonly view: View;
  readonly interests = new Interests();

  constructor(view: View) {
    super();
    this.view = view;
  }

  /** The highest of these entries of Consul's index table (0: none is there), watched: also one that appears or goes. */
  index(...names: readonly string[]): number {
    for (const name of names) this.interests.addIndex(foldedIndexName(name));
    return this.indexOf(...names);
  }

  /** Fires when the row of this key is written or deleted, or comes to be. */
  watchRow<Row, I extends string>(table: Table<Row, I>, key: string): void {
    this.interests.addRow(table, key);
  }

  /** Fires when any row whose key starts with `prefix` is written, deleted or comes to be. */
  watchPrefix<Row, I extends string>(table: Table<Row, I>, prefix: string): void {
    this.interests.addPrefix(table, prefix);
  }

  watchTable<Row, I extends string>(table: Table<Row, I>): void {
    this.interests.addTable(table);
  }

  protected override contentsOf<Row, I extends string>(table: Table<Row, I>): TableContents<Row> {
    return lookupContents(this.view.contents.tables, table) ?? table.empty;
  }

  protected override indexTable(): OrderedMap<IndexEntry> {
    return this.view.contents.indexes;
  }
}
