import {describe, expect, test} from 'vitest';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {watchedKeysPerQueryMax, wokenWaitersPerTurnMax} from '../../src/store/limits.ts';
import {type Query} from '../../src/store/query.ts';
import {Store} from '../../src/store/store.ts';
import {defineTable} from '../../src/store/table.ts';
import {type Watch} from '../../src/store/watch.ts';
import {type WriteTx} from '../../src/store/write-tx.ts';
import {TurnQueue} from './turn-queue.ts';

interface Row {
  readonly key: string;
}

const rows = defineTable({name: 'rows', key: (row: Row) => row.key});
const others = defineTable({name: 'others', key: (row: Row) => row.key});

function setUp(): {store: Store; turns: TurnQueue; clock: SimulatedClock; watch: (run: (q: Query) => void) => Watch; write: (run: (tx: WriteTx) => void) => void} {
  const turns = new TurnQueue();
  const store = new Store({defer: turns.defer});
  return {
    store,
    turns,
    clock: new SimulatedClock(),
    watch: (run) => {
      const {watch} = store.query(run);
      watch.retain();
      return watch;
    },
    write: (run) => {
      const tx = store.begin();
      run(tx);
      tx.publish();
    },
  };
}

describe('a watch fires', () => {
  test('on a prefix, for keys below it and the key itself only', () => {
    const {watch, write} = setUp();
    const on = (prefix: string) => watch((q) => q.watchPrefix(rows, prefix));
    const watches = {'': on(''), a: on('a'), 'a/b': on('a/b'), 'a/b/c/d': on('a/b/c/d'), 'a/c': on('a/c'), b: on('b')};
    write((tx) => tx.put(rows, {key: 'a/b/c'}));
    expect(Object.entries(watches).filter(([, w]) => w.fired).map(([prefix]) => prefix)).toEqual(['', 'a', 'a/b']);
  });

  test('for a fired prefix, above it and below it', () => {
    const {watch, write} = setUp();
    const row = watch((q) => q.watchRow(rows, 'a/b/x'));
    const below = watch((q) => q.watchPrefix(rows, 'a/b/c'));
    const above = watch((q) => q.watchPrefix(rows, 'a/'));
    const beside = watch((q) => q.watchPrefix(rows, 'a/c'));
    const other = watch((q) => q.watchPrefix(others, ''));
    write((tx) => tx.firePrefix(rows, 'a/b'));
    expect([row, below, above, beside, other].map((w) => w.fired)).toEqual([true, true, true, false, false]);
  });

  test('on an index that moves, appears or goes, not on one set to what it was', () => {
    const {watch, write} = setUp();
    const appears = watch((q) => q.index('service.web'));
    write((tx) => tx.setIndex('service.web', 5));
    expect(appears.fired).toBe(true);
    const stays = watch((q) => q.index('service.web'));
    write((tx) => {
      tx.setIndex('service.web', 5);
      tx.setIndex('service.db', 6);
    });
    expect(stays.fired).toBe(false);
    write((tx) => tx.deleteIndex('service.web'));
    expect(stays.fired).toBe(true);
  });

  test('on an index that is fired without moving, whatever its capitals', () => {
    const {store, watch, write} = setUp();
    write((tx) => tx.setIndex('service.Web', 5));
    const [fired, other] = [watch((q) => q.index('service.web')), watch((q) => q.index('service.db'))];
    write((tx) => tx.fireIndex('service.WEB'));
    expect([fired.fired, other.fired]).toEqual([true, false]);
    expect([...store.view().indexEntries()]).toEqual([['service.Web', 5]]);
  });

  test('on a whole table for any row, not for a delete of nothing', () => {
    const {watch, write} = setUp();
    const table = watch((q) => q.watchTable(rows));
    write((tx) => {
      tx.delete(rows, 'none');
      tx.put(others, {key: 'a'});
    });
    expect(table.fired).toBe(false);
    write((tx) => tx.put(rows, {key: 'a'}));
    expect(table.fired).toBe(true);
  });

  test('for its whole table when its query watched too many rows', () => {
    const {store, watch, write} = setUp();
    const many = (count: number) => watch((q) => {
      for (let i = 0; i < count; i++) q.watchRow(rows, `k${i}`);
    });
    const exact = many(watchedKeysPerQueryMax);
    const whole = many(watchedKeysPerQueryMax + 1);
    expect(store.residue.cells).toBe(watchedKeysPerQueryMax + 1);
    write((tx) => tx.put(rows, {key: 'other'}));
    expect([exact.fired, whole.fired]).toEqual([false, true]);
  });

  test('at once when something was published between its query and its holding', async () => {
    const {store, write, turns, clock} = setUp();
    const {watch} = store.query((q) => q.watchRow(rows, 'a'));
    write((tx) => tx.put(rows, {key: 'a'}));
    expect(await watch.wait({timeoutMs: 10, clock})).toBe('fired');
    turns.run();
    expect(store.residue).toEqual({cells: 0, unsettled: 0});
  });

  test('when it came during a long write that had touched its row, also after a rollback', () => {
    const {store, watch} = setUp();
    const tx = store.begin();
    tx.put(rows, {key: 'a'});
    const savepoint = tx.savepoint();
    tx.put(others, {key: 'a'});
    const late = watch((q) => q.watchRow(rows, 'a'));
    const untouched = watch((q) => q.index('rows'));
    savepoint.rollback();
    tx.publish();
    expect([late.fired, untouched.fired]).toEqual([true, false]);
  });
});

describe('waiting', () => {
  test('ends by time-out, abort or firing, and leaves nothing behind', async () => {
    const {store, turns, clock, write} = setUp();
    const {watch} = store.query((q) => {
      q.watchRow(rows, 'a');
      q.index('rows');
    });
    const abort = new AbortController();
    const timedOut = watch.wait({timeoutMs: 10, clock});
    const aborted = watch.wait({timeoutMs: 1000, clock, signal: abort.signal});
    const fired = watch.wait({timeoutMs: 1000, clock});
    expect(store.residue.cells).toBe(2);
    clock.advance(10);
    abort.abort();
    expect(await timedOut).toBe('timeout');
    expect(await aborted).toBe('aborted');
    expect(watch.waiterCount).toBe(1);
    write((tx) => tx.put(rows, {key: 'a'}));
    turns.run();
    expect(await fired).toBe('fired');
    expect(await watch.wait({timeoutMs: 1000, clock})).toBe('fired');
    expect(store.residue).toEqual({cells: 0, unsettled: 0});
    expect(clock.pendingCount).toBe(0);
  });

  test('that ends without firing leaves nothing behind', async () => {
    const {store, clock} = setUp();
    const waits = Array.from({length: 1000}, (_, i) =>
      store.query((q) => {
        q.watchRow(rows, `k${i}`);
        q.watchPrefix(rows, `p${i % 10}`);
        q.index(`service.${i}`);
      }).watch.wait({timeoutMs: 1 + (i % 7), clock}),
    );
    expect(store.residue.cells).toBe(2010);
    clock.advance(10);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['timeout']));
    expect(store.residue).toEqual({cells: 0, unsettled: 0});
    expect(clock.pendingCount).toBe(0);
  });

  test('by thousands is woken in slices', async () => {
    const {store, turns, clock, write} = setUp();
    const shared = store.query((q) => q.index('rows')).watch;
    const waits = Array.from({length: 1000}, () => shared.wait({timeoutMs: 1000, clock}));
    for (let i = 0; i < 500; i++) waits.push(store.query((q) => q.index('rows')).watch.wait({timeoutMs: 1000, clock}));
    write((tx) => tx.setIndex('rows', 3));
    expect(clock.pendingCount).toBe(1500);
    turns.runOne();
    expect(clock.pendingCount).toBe(1500 - wokenWaitersPerTurnMax);
    const turnsTaken = 1 + turns.run();
    expect(turnsTaken).toBeGreaterThanOrEqual(Math.ceil(1500 / wokenWaitersPerTurnMax));
    expect(turnsTaken).toBeLessThanOrEqual(Math.ceil(1500 / wokenWaitersPerTurnMax) + 1);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['fired']));
    expect(store.residue).toEqual({cells: 0, unsettled: 0});
    expect(clock.pendingCount).toBe(0);
  });

  test('on a signal that was aborted before ends at once', async () => {
    const {store, clock} = setUp();
    const {watch} = store.query((q) => q.index('rows'));
    expect(await watch.wait({timeoutMs: 10, clock, signal: AbortSignal.abort()})).toBe('aborted');
    expect(store.residue.cells).toBe(0);
  });
});
