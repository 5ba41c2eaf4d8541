import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {OrderedMap} from '../../src/store/ordered-map.ts';
import {Store} from '../../src/store/store.ts';
import {defineTable} from '../../src/store/table.ts';
import {type View} from '../../src/store/view.ts';
import {type WriteTx} from '../../src/store/write-tx.ts';
import {TurnQueue} from './turn-queue.ts';

interface Row {
  readonly key: string;
  readonly tags: readonly string[];
  readonly stamp: number;
}

const rows = defineTable({
  name: 'rows',
  key: (row: Row) => row.key,
  indexes: {
    first: (row: Row) => (row.tags[0] === undefined ? undefined : `${row.tags[0]}\0${row.key}`),
    tags: (row: Row) => [...new Set(row.tags)].map((tag) => `${tag}\0${row.key}`),
  },
});

/** The store as a plain sorted list would do it. */
class Model {
  readonly rows: ReadonlyMap<string, Row>;
  readonly indexes: ReadonlyMap<string, number>;

  constructor(rows: ReadonlyMap<string, Row> = new Map(), indexes: ReadonlyMap<string, number> = new Map()) {
    this.rows = rows;
    this.indexes = indexes;
  }

  sorted(): Row[] {
    return [...this.rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  tagged(tag: string): string[] {
    return this.sorted().filter((row) => row.tags.includes(tag)).map((row) => row.key);
  }
}

const key = fc.string({unit: fc.constantFrom('a', 'b', '/', '\xff'), maxLength: 5});
const tag = fc.constantFrom('x', 'y', 'z');
const write = fc.oneof(
  {weight: 6, arbitrary: fc.record({kind: fc.constant('put' as const), key, tags: fc.array(tag, {maxLength: 3})})},
  {weight: 3, arbitrary: fc.record({kind: fc.constant('delete' as const), key})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('deletePrefix' as const), key})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('setIndex' as const), name: tag, index: fc.integer({min: 1, max: 4})})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('deleteIndex' as const), name: tag})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('undone' as const), key, name: tag})},
);
type Write = typeof write extends fc.Arbitrary<infer W> ? W : never;
const batch = fc.record({writes: fc.array(write, {maxLength: 12}), abandoned: fc.boolean()});

let stamps = 0;

/** Applies one write to both; notes what a watcher must see. */
function apply(tx: WriteTx, model: {rows: Map<string, Row>; indexes: Map<string, number>}, step: Write, changed: Set<string>): void {
  const forget = (doomed: string) => {
    if (model.rows.delete(doomed)) changed.add(`row ${doomed}`);
  };
  switch (step.kind) {
    case 'put': {
      const row = {key: step.key, tags: step.tags, stamp: ++stamps};
      tx.put(rows, row);
      model.rows.set(row.key, row);
      changed.add(`row ${row.key}`);
      return;
    }
    case 'delete':
      expect(tx.delete(rows, step.key)).toEqual(model.rows.get(step.key));
      return forget(step.key);
    case 'deletePrefix':
      while (tx.deletePrefix(rows, step.key, 2) === 2);
      return [...model.rows.keys()].filter((k) => k.startsWith(step.key)).forEach(forget);
    case 'setIndex':
      tx.setIndex(step.name, step.index);
      if (model.indexes.get(step.name) !== step.index) changed.add(`index ${step.name}`);
      model.indexes.set(step.name, step.index);
      return;
    case 'deleteIndex':
      tx.deleteIndex(step.name);
      if (model.indexes.delete(step.name)) changed.add(`index ${step.name}`);
      return;
    case 'undone': {
      const savepoint = tx.savepoint();
      tx.put(rows, {key: step.key, tags: ['x', 'y'], stamp: ++stamps});
      tx.deletePrefix(rows, step.key);
      tx.setIndex(step.name, 99);
      savepoint.rollback();
    }
  }
}

function expectSame(view: View, model: Model): void {
  const sorted = model.sorted();
  expect(view.all(rows).toArray()).toEqual(sorted);
  expect(view.all(rows, {reverse: true}).toArray()).toEqual(sorted.toReversed());
  for (const prefix of ['', 'a', 'a/', '\xff', 'ab']) {
    const matching = sorted.filter((row) => row.key.startsWith(prefix));
    expect(view.prefix(rows, prefix).toArray()).toEqual(matching);
    expect(view.count(rows, prefix)).toBe(matching.length);
    expect(view.last(rows, prefix)).toEqual(matching.at(-1));
  }
  expect(view.range(rows, {from: 'a/', below: 'b'}).toArray()).toEqual(sorted.filter((row) => row.key >= 'a/' && row.key < 'b'));
  for (const name of ['x', 'y', 'z']) {
    expect(Array.from(view.byIndex(rows, 'tags').prefix(`${name}\0`), (row) => row.key)).toEqual(model.tagged(name));
    expect(view.byIndex(rows, 'first').count(`${name}\0`)).toBe(sorted.filter((row) => row.tags[0] === name).length);
    expect(view.indexOf(name)).toBe(model.indexes.get(name) ?? 0);
  }
}

describe('a store', () => {
  test('does what a sorted list does, its views stay as they were, and watches fire exactly when what they watch was written', () => {
    fc.assert(
      fc.property(fc.array(batch, {maxLength: 12}), fc.array(key, {maxLength: 8}), (batches, watchedKeys) => {
        const turns = new TurnQueue();
        const store = new Store({defer: turns.defer});
        let model = new Model();
        const history: [View, Model][] = [];
        for (const {writes, abandoned} of batches) {
          const watched = watchedKeys.map((k) => ({
            key: k,
            row: store.query((q) => q.watchRow(rows, k)).watch,
            prefix: store.query((q) => q.watchPrefix(rows, k)).watch,
          }));
          const indexes = ['x', 'y', 'z'].map((name) => ({name, watch: store.query((q) => q.index(name)).watch}));
          const table = store.query((q) => q.watchTable(rows)).watch;
          const all = [...watched.flatMap(({row, prefix}) => [row, prefix]), ...indexes.map(({watch}) => watch), table];
          for (const watch of all) watch.retain();
          const next = {rows: new Map(model.rows), indexes: new Map(model.indexes)};
          const changed = new Set<string>();
          const tx = store.begin();
          for (const step of writes) apply(tx, next, step, changed);
          if (abandoned) {
            tx.abandon();
            changed.clear();
          } else {
            tx.publish();
            model = new Model(next.rows, next.indexes);
          }
          const written = [...changed].filter((c) => c.startsWith('row ')).map((c) => c.slice(4));
          for (const {key: k, row, prefix} of watched) {
            expect(row.fired).toBe(written.includes(k));
            expect(prefix.fired).toBe(written.some((w) => w.startsWith(k)));
          }
          for (const {name, watch} of indexes) expect(watch.fired).toBe(changed.has(`index ${name}`));
          expect(table.fired).toBe(written.length > 0);
          for (const watch of all) watch.release();
          turns.run();
          expect(store.residue).toEqual({cells: 0, unsettled: 0});
          history.push([store.view(), model]);
        }
        for (const [view, then] of history) expectSame(view, then);
      }),
      {numRuns: 150},
    );
  });
});

describe('an ordered map', () => {
  test('of many keys, with copies taken on the way, is a sorted map', () => {
    // Runs of neighbouring keys fill, split, empty and merge nodes at several levels.
    const run = fc.record({start: fc.integer({min: 0, max: 3000}), length: fc.integer({min: 1, max: 1200}), remove: fc.boolean(), stride: fc.integer({min: 1, max: 7})});
    fc.assert(
      fc.property(fc.array(run, {minLength: 1, maxLength: 8}), (runs) => {
        const map = new OrderedMap<number>();
        const model = new Map<string, number>();
        const copies: [OrderedMap<number>, [string, number][]][] = [];
        for (const {start, length, remove, stride} of runs) {
          for (let i = 0; i < length; i++) {
            const k = String(((start + i) * stride) % 5000).padStart(4, '0');
            if (remove) {
              expect(map.delete(k)).toBe(model.get(k));
              model.delete(k);
            } else {
              expect(map.set(k, i + 1)).toBe(model.get(k));
              model.set(k, i + 1);
            }
          }
          copies.push([map.clone(), [...model].sort(([a], [b]) => (a < b ? -1 : 1))]);
        }
        for (const [copy, sorted] of copies) {
          expect(copy.size).toBe(sorted.length);
          expect(copy.range().toArray()).toEqual(sorted.map(([, value]) => value));
          expect(copy.range({reverse: true}).toArray()).toEqual(sorted.map(([, value]) => value).reverse());
          for (const probe of ['', '0500', '1234', '3000x', '9']) {
            expect(copy.rank(probe)).toBe(sorted.filter(([k]) => k < probe).length);
            expect(copy.floorKey(probe)).toBe(sorted.findLast(([k]) => k <= probe)?.[0]);
            expect(copy.range({from: probe, below: `${probe}5`}).toArray(3)).toEqual(sorted.filter(([k]) => k >= probe && k < `${probe}5`).slice(0, 3).map(([, v]) => v));
          }
        }
      }),
      {numRuns: 40},
    );
  });
});
