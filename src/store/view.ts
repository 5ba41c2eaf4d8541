import {type OrderedMap} from './ordered-map.ts';
import {type Contents, type IndexEntry, lookupContents, Reader} from './reader.ts';
import {type Table, type TableContents} from './table.ts';

/** What a store held at one moment: immutable, free to take and to keep (it keeps alive the rows that were replaced since). */
export class View extends Reader {
  readonly contents: Contents;
  /** Counts publications of the store; a later view has a higher one. */
  readonly version: number;

  constructor(contents: Contents, version: number) {
    super();
    this.contents = contents;
    this.version = version;
  }

  protected override contentsOf<Row, I extends string>(table: Table<Row, I>): TableContents<Row> {
    return lookupContents(this.contents.tables, table) ?? table.empty;
  }

  protected override indexTable(): OrderedMap<IndexEntry> {
    return this.contents.indexes;
  }
}
