import {type Interests, type WatchedTable} from './interests.ts';
import {OrderedMap} from './ordered-map.ts';
import {prefixBounds} from './reader.ts';
import {type Watch} from './watch.ts';

/** One watched thing, with the watches that stand on it as a doubly linked list. It is in its registry while it has any. */
export class Cell {
  first: Subscription | undefined;
  /** True while it stands in the list of those that the write under way will fire. */
  marked = false;
  readonly #owner: {delete(key: string): unknown};
  readonly #key: string;

  constructor(owner: {delete(key: string): unknown}, key: string) {
    this.#owner = owner;
    this.#key = key;
  }

  leaveRegistry(): void {
    this.#owner.delete(this.#key);
  }
}

/** One watch standing on one cell. */
export class Subscription {
  readonly cell: Cell;
  readonly watch: Watch;
  #previous: Subscription | undefined;
  next: Subscription | undefined;

  constructor(cell: Cell, watch: Watch) {
    this.cell = cell;
    this.watch = watch;
    this.next = cell.first;
    if (this.next !== undefined) this.next.#previous = this;
    cell.first = this;
  }

  cancel(): void {
    if (this.next !== undefined) this.next.#previous = this.#previous;
    if (this.#previous !== undefined) this.#previous.next = this.next;
    else this.cell.first = this.next;
    if (this.cell.first === undefined) this.cell.leaveRegistry();
  }
}

/** What the registry must know of a write under way, to judge a watch that comes while it is. */
export interface WriteUnderWay {
  readonly marks: MarkLog;
  hasTouched(table: WatchedTable): boolean;
  hasMovedIndexes(): boolean;
}

/** Cells that a write under way will fire when it is published, in the order of marking, so that a savepoint can go back. */
export class MarkLog {
  readonly #cells: Cell[] = [];
  /** Of watches that came during the write: no rollback takes these back, they may be for what was written before it. */
  readonly #late: Cell[] = [];

  get length(): number {
    return this.#cells.length;
  }

  mark(cell: Cell | undefined): void {
    if (cell === undefined || cell.marked) return;
    cell.marked = true;
    this.#cells.push(cell);
  }

  markLate(cell: Cell): void {
    if (cell.marked) return;
    cell.marked = true;
    this.#late.push(cell);
  }

  /** Takes back the marks after the first `length`. */
  truncate(length: number): void {
    for (const cell of this.#cells.splice(length)) cell.marked = false;
  }

  fire(): void {
    for (const cells of [this.#cells, this.#late]) {
      for (const cell of cells) {
        cell.marked = false;
        for (let at = cell.first; at !== undefined; at = at.next) at.watch.fire();
      }
    }
  }

  abandon(): void {
    this.truncate(0);
    for (const cell of this.#late) cell.marked = false;
  }
}

/** The watched keys of one table. */
class TableCells {
  readonly rows = new OrderedMap<Cell>();
  readonly prefixes = new OrderedMap<Cell>();
  readonly whole = new Map<string, Cell>();

  get isEmpty(): boolean {
    return this.rows.size === 0 && this.prefixes.size === 0 && this.whole.size === 0;
  }
}

interface CellMap {
  get(key: string): Cell | undefined;
  set(key: string, cell: Cell): unknown;
  delete(key: string): unknown;
}

/**
 * Who watches what. A write marks the cells it concerns at once (so that a write in slices pays in slices), and fires
 * them when it is published. Cost of a write where nobody watches: one look at two empty maps.
 */
export class WatchRegistry {
  readonly #indexes = new Map<string, Cell>();
  readonly #anyIndex = new Map<string, Cell>();
  readonly #tables = new Map<WatchedTable, TableCells>();
  #write: WriteUnderWay | undefined;

  /** Watched things; zero when nobody watches. */
  get cellCount(): number {
    let count = this.#indexes.size + this.#anyIndex.size;
    for (const cells of this.#tables.values()) count += cells.rows.size + cells.prefixes.size + cells.whole.size;
    return count;
  }

  beginWrite(write: WriteUnderWay): void {
    this.#write = write;
  }

  endWrite(): void {
    this.#write = undefined;
  }

  /** Puts a watch on everything its query was interested in. */
  subscribe(watch: Watch, interests: Interests): Subscription[] {
    const subscriptions: Subscription[] = [];
    const moved = this.#write?.hasMovedIndexes() === true;
    const on = (cells: CellMap, key: string, isLate: boolean) => subscriptions.push(new Subscription(this.#cellOf(cells, key, isLate), watch));
    if (interests.anyIndex) on(this.#anyIndex, '', moved);
    else for (const name of interests.indexes.keys) on(this.#indexes, name, moved);
    for (const {table, rows, prefixes, whole} of interests.tables) {
      const touched = this.#write?.hasTouched(table) === true;
      const cells = this.#cellsOf(table);
      if (whole) {
        on(cells.whole, '', touched);
        continue;
      }
      for (const key of rows.keys) on(cells.rows, key, touched);
      for (const prefix of prefixes.keys) on(cells.prefixes, prefix, touched);
    }
    return subscriptions;
  }

  markIndex(name: string, marks: MarkLog): void {
    marks.mark(this.#indexes.get(name));
    marks.mark(this.#anyIndex.get(''));
  }

  markRow(table: WatchedTable, key: string, marks: MarkLog): void {
    const cells = this.#tables.get(table);
    if (cells === undefined || cells.isEmpty) return;
    marks.mark(cells.whole.get(''));
    if (cells.rows.size > 0) marks.mark(cells.rows.get(key));
    if (cells.prefixes.size > 0) markPrefixesOf(cells.prefixes, key, marks);
  }

  /** Marks all that is watched below `prefix`, and all prefixes of it. */
  markPrefix(table: WatchedTable, prefix: string, marks: MarkLog): void {
    const cells = this.#tables.get(table);
    if (cells === undefined || cells.isEmpty) return;
    marks.mark(cells.whole.get(''));
    for (const cell of cells.rows.range(prefixBounds(prefix))) marks.mark(cell);
    for (const cell of cells.prefixes.range(prefixBounds(prefix))) marks.mark(cell);
    markPrefixesOf(cells.prefixes, prefix, marks);
  }

  /** Fires every watch: the store's contents were replaced. */
  fireAll(): void {
    const fire = (cell: Cell) => {
      for (let at = cell.first; at !== undefined; at = at.next) at.watch.fire();
    };
    this.#indexes.forEach(fire);
    this.#anyIndex.forEach(fire);
    for (const cells of this.#tables.values()) {
      for (const cell of cells.rows.range()) fire(cell);
      for (const cell of cells.prefixes.range()) fire(cell);
      cells.whole.forEach(fire);
    }
  }

  #cellsOf(table: WatchedTable): TableCells {
    let cells = this.#tables.get(table);
    if (cells === undefined) this.#tables.set(table, (cells = new TableCells()));
    return cells;
  }

  /** A cell that is new while a write is under way has missed its marks: it counts as marked if that write may concern it. */
  #cellOf(cells: CellMap, key: string, isLate: boolean): Cell {
    const present = cells.get(key);
    if (present !== undefined) return present;
    const cell = new Cell(cells, key);
    cells.set(key, cell);
    if (isLate) this.#write?.marks.markLate(cell);
    return cell;
  }
}

/**
 * Marks the watched prefixes of `key`. The greatest watched prefix not above the probe either is a prefix of it, or all
 * watched prefixes of the probe are prefixes of what the two have in common: so each step costs one search, not one per
 * character.
 */
function markPrefixesOf(prefixes: OrderedMap<Cell>, key: string, marks: MarkLog): void {
  let probe = key;
  for (;;) {
    const found = prefixes.floorKey(probe);
    if (found === undefined) return;
    if (!probe.startsWith(found)) {
      probe = probe.slice(0, commonLength(probe, found));
      continue;
    }
    marks.mark(prefixes.get(found));
    if (found === '') return;
    probe = found.slice(0, -1);
  }
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
