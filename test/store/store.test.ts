import {describe, expect, test} from 'vitest';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {Store} from '../../src/store/store.ts';
import {defineTable} from '../../src/store/table.ts';
import {TurnQueue} from './turn-queue.ts';

interface Pair {
  readonly key: string;
  readonly session: string;
  readonly value: string;
}

const pairs = defineTable({
  name: 'pairs',
  key: (row: Pair) => row.key,
  indexes: {session: (row: Pair) => (row.session === '' ? undefined : `${row.session}\0${row.key}`)},
});

function pair(key: string, session = '', value = ''): Pair {
  return {key, session, value};
}

function storeWith(...rows: Pair[]): {store: Store; turns: TurnQueue} {
  const turns = new TurnQueue();
  const store = new Store({defer: turns.defer});
  const tx = store.begin();
  for (const row of rows) tx.put(pairs, row);
  tx.setIndex('pairs', 1);
  tx.publish();
  return {store, turns};
}

const keys = (rows: Iterable<Pair>) => Array.from(rows, (row) => row.key);

describe('writes', () => {
  test('are seen by the write itself at once, by readers when published', () => {
    const {store} = storeWith(pair('a'));
    const before = store.view();
    const tx = store.begin();
    tx.put(pairs, pair('b'));
    expect(keys(tx.all(pairs))).toEqual(['a', 'b']);
    expect(keys(store.view().all(pairs))).toEqual(['a']);
    tx.publish();
    expect(keys(store.view().all(pairs))).toEqual(['a', 'b']);
    expect(keys(before.all(pairs))).toEqual(['a']);
  });

  test('that are abandoned leave nothing', () => {
    const {store} = storeWith(pair('a'));
    const {watch} = store.query((q) => q.watchRow(pairs, 'a'));
    watch.retain();
    const tx = store.begin();
    tx.delete(pairs, 'a');
    tx.abandon();
    expect(store.view().get(pairs, 'a')).toEqual(pair('a'));
    expect(watch.fired).toBe(false);
    expect(() => tx.put(pairs, pair('x'))).toThrow('already abandoned');
    watch.release();
  });

  test('come one after the other', () => {
    const {store} = storeWith();
    store.begin();
    expect(() => store.begin()).toThrow('another write is open');
  });

  test('to what is being walked do not disturb the walk', () => {
    const {store} = storeWith(...Array.from({length: 500}, (_, i) => pair(String(i).padStart(4, '0'))));
    const tx = store.begin();
    let walked = 0;
    for (const row of tx.prefix(pairs, '0')) {
      tx.delete(pairs, row.key);
      walked++;
    }
    expect(walked).toBe(500);
    expect(tx.size(pairs)).toBe(0);
  });

  test('of two rows with one index key are refused', () => {
    const names = defineTable({name: 'names', key: (row: Pair) => row.key, indexes: {value: (row: Pair) => row.value}});
    const tx = new Store().begin();
    tx.put(names, pair('a', '', 'same'));
    expect(() => tx.put(names, pair('b', '', 'same'))).toThrow('two rows have one key in index value');
  });

  test('go in slices when many rows are deleted', () => {
    const {store} = storeWith(pair('a/1'), pair('a/2'), pair('a/3'), pair('b'));
    const tx = store.begin();
    expect(tx.deletePrefix(pairs, 'a/', 2)).toBe(2);
    expect(tx.deletePrefix(pairs, 'a/', 2)).toBe(1);
    expect(keys(tx.publish().all(pairs))).toEqual(['b']);
  });
});

describe('reads', () => {
  test('walk prefixes and ranges both ways', () => {
    const {store} = storeWith(pair('a'), pair('b/1'), pair('b/2'), pair('b0'), pair('\xff'), pair('\xffz'));
    const view = store.view();
    expect(keys(view.prefix(pairs, 'b/'))).toEqual(['b/1', 'b/2']);
    expect(keys(view.prefix(pairs, 'b/', {reverse: true}))).toEqual(['b/2', 'b/1']);
    expect(keys(view.prefix(pairs, '\xff'))).toEqual(['\xff', '\xffz']);
    expect(keys(view.range(pairs, {from: 'b/2', below: '\xff'}))).toEqual(['b/2', 'b0']);
    expect(view.first(pairs, 'b')?.key).toBe('b/1');
    expect(view.last(pairs, 'b')?.key).toBe('b0');
    expect(view.first(pairs, 'nope')).toBeUndefined();
    expect(view.count(pairs, 'b/')).toBe(2);
    expect(view.count(pairs, '')).toBe(6);
  });

  test('of an index follow the rows', () => {
    const {store} = storeWith(pair('a', 's1'), pair('b', 's2'), pair('c', 's1'), pair('d'));
    expect(keys(store.view().byIndex(pairs, 'session').prefix('s1\0'))).toEqual(['a', 'c']);
    const tx = store.begin();
    tx.put(pairs, pair('a', 's2'));
    tx.delete(pairs, 'c');
    tx.put(pairs, pair('d', 's1', 'new'));
    const view = tx.publish();
    expect(keys(view.byIndex(pairs, 'session').prefix('s1\0'))).toEqual(['d']);
    expect(view.byIndex(pairs, 'session').get('s1\0d')?.value).toBe('new');
    expect(view.byIndex(pairs, 'session').count('s2\0')).toBe(2);
  });

  test('of a table that was never written give nothing', () => {
    const view = new Store().view();
    expect(view.size(pairs)).toBe(0);
    expect(view.get(pairs, 'a')).toBeUndefined();
    expect(view.byIndex(pairs, 'session').size).toBe(0);
  });

  test('of the index table do not tell capitals from small letters; the last spelling is kept', () => {
    const {store} = storeWith();
    const tx = store.begin();
    tx.setIndex('service.Web', 7);
    tx.setIndex('service.WEB', 8);
    const view = tx.publish();
    expect(view.indexOf('service.web')).toBe(8);
    expect([...view.indexEntries('Service.')]).toEqual([['service.WEB', 8]]);
    const next = store.begin();
    next.deleteIndex('service.weB');
    expect(next.publish().hasIndex('service.WEB')).toBe(false);
  });

  test('of the index table give the highest of several names', () => {
    const {store} = storeWith();
    const tx = store.begin();
    tx.setIndex('service.web', 7);
    tx.setIndex('service.db', 9);
    tx.publish();
    expect(store.view().indexOf('service.web', 'service.db', 'none')).toBe(9);
    expect(store.view().indexOf('none')).toBe(0);
    expect([...store.view().indexEntries('service.')]).toEqual([['service.db', 9], ['service.web', 7]]);
  });
});

describe('a savepoint', () => {
  test('takes back rows, indexes, and what they would have fired', () => {
    const {store} = storeWith(pair('a', 's'), pair('b'));
    const a = store.query((q) => q.watchRow(pairs, 'a')).watch;
    const b = store.query((q) => q.watchRow(pairs, 'b')).watch;
    const moved = store.query((q) => q.index('pairs')).watch;
    for (const watch of [a, b, moved]) watch.retain();
    const tx = store.begin();
    tx.put(pairs, pair('b', '', 'kept'));
    const savepoint = tx.savepoint();
    tx.delete(pairs, 'a');
    tx.put(pairs, pair('b', '', 'undone'));
    tx.setIndex('pairs', 2);
    savepoint.rollback();
    const view = tx.publish();
    expect(keys(view.all(pairs))).toEqual(['a', 'b']);
    expect(keys(view.byIndex(pairs, 'session').prefix(''))).toEqual(['a']);
    expect(view.get(pairs, 'b')?.value).toBe('kept');
    expect(view.indexOf('pairs')).toBe(1);
    expect([a.fired, b.fired, moved.fired]).toEqual([false, true, false]);
    for (const watch of [a, b, moved]) watch.release();
  });

  test('inside another goes with it', () => {
    const {store} = storeWith(pair('a'));
    const tx = store.begin();
    const outer = tx.savepoint();
    tx.put(pairs, pair('b'));
    const inner = tx.savepoint();
    tx.put(pairs, pair('c'));
    outer.rollback();
    expect(keys(tx.all(pairs))).toEqual(['a']);
    expect(() => inner.rollback()).toThrow('no longer there');
  });
});

describe('replacing the contents', () => {
  test('swaps all at once, keeps old views, and fires every watch', async () => {
    const {store, turns} = storeWith(pair('a'));
    const old = store.view();
    const watch = store.query((q) => q.watchRow(pairs, 'untouched')).watch;
    const woken = watch.wait({timeoutMs: 1000, clock: new SimulatedClock()});
    const tx = store.beginReplacement();
    tx.put(pairs, pair('z'));
    expect(keys(store.view().all(pairs))).toEqual(['a']);
    tx.publish();
    expect(watch.fired).toBe(true);
    turns.run();
    expect(await woken).toBe('fired');
    expect(keys(store.view().all(pairs))).toEqual(['z']);
    expect(store.view().indexOf('pairs')).toBe(0);
    expect(keys(old.all(pairs))).toEqual(['a']);
    expect(store.residue).toEqual({cells: 0, unsettled: 0});
  });

  test('changes nothing if it fails', () => {
    const {store} = storeWith(pair('a'));
    expect(() =>
      store.replace(() => {
        throw new Error('torn snapshot');
      }),
    ).toThrow('torn snapshot');
    expect(keys(store.view().all(pairs))).toEqual(['a']);
    store.begin().abandon();
  });
});
