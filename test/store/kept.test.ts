import {describe, expect, test} from 'vitest';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {keptEntryBytes} from '../../src/store/limits.ts';
import {Store} from '../../src/store/store.ts';
import {Watch} from '../../src/store/watch.ts';
import {TurnQueue} from './turn-queue.ts';

function setUp(limits?: {entriesMax: number; bytesMax: number}) {
  const turns = new TurnQueue();
  const store = new Store({defer: turns.defer});
  const cache = new KeptAnswers(limits);
  const space = cache.space<string[]>();
  let runs = 0;
  const ask = (service: string) =>
    space.answer(service, () => {
      runs++;
      const {value, watch} = store.query((q) => ({index: q.index(`service.${service}`), names: [service]}));
      return {value: value.names, index: value.index, watch};
    });
  const bump = (service: string, index: number) => {
    const tx = store.begin();
    tx.setIndex(`service.${service}`, index);
    tx.publish();
  };
  return {turns, store, cache, space, ask, bump, runs: () => runs};
}

describe('a kept answer', () => {
  test('is given until what it hangs on changes', () => {
    const {ask, bump, runs, turns, store, cache} = setUp();
    const first = ask('web');
    expect(ask('web')).toBe(first);
    bump('db', 1);
    expect(ask('web')).toBe(first);
    bump('web', 2);
    const second = ask('web');
    expect(second.index).toBe(2);
    expect(runs()).toBe(2);
    turns.run();
    expect(ask('web')).toBe(second);
    expect(cache.entries).toBe(1);
    expect(store.residue.cells).toBe(1);
  });

  test('goes when its source fires, without being asked for', () => {
    const {ask, bump, turns, store, cache} = setUp();
    ask('web').encoding('json', () => Buffer.alloc(100));
    bump('web', 2);
    turns.run();
    expect(cache.entries).toBe(0);
    expect(cache.bytes).toBe(0);
    expect(store.residue).toEqual({cells: 0, unsettled: 0});
  });

  test('is encoded once a form', () => {
    const {ask, cache} = setUp();
    let made = 0;
    const encode = (value: string[]) => {
      made++;
      return Buffer.from(JSON.stringify(value));
    };
    const json = ask('web').encoding('json', encode);
    expect(ask('web').encoding('json', encode)).toBe(json);
    ask('web').encoding('pretty', encode);
    expect(made).toBe(2);
    expect(cache.bytes).toBe(keptEntryBytes + 'web'.length + 2 * json.length);
  });

  test('serves all waiters of a query with one run', async () => {
    const {ask, bump, runs, turns} = setUp();
    const clock = new SimulatedClock();
    const encodings: Buffer[] = [];
    let encodes = 0;
    const blockingQuery = async () => {
      const kept = ask('web');
      await kept.watch.wait({timeoutMs: 1000, clock});
      encodings.push(ask('web').encoding('json', () => Buffer.from(String(++encodes))));
    };
    const waiters = Array.from({length: 2000}, blockingQuery);
    bump('web', 2);
    turns.run();
    await Promise.all(waiters);
    expect([runs(), encodes, new Set(encodings).size]).toEqual([2, 1, 1]);
  });
});

describe('the cache', () => {
  test('drops what was unused for longest past its entries, and releases its watch', () => {
    const {ask, cache, space, store} = setUp({entriesMax: 2, bytesMax: 1e9});
    ask('a');
    ask('b');
    ask('a');
    ask('c');
    expect(['a', 'b', 'c'].map((key) => space.lookup(key) !== undefined)).toEqual([true, false, true]);
    expect(cache.entries).toBe(2);
    expect(store.residue.cells).toBe(2);
  });

  test('is bounded in bytes, also when encodings come later', () => {
    const {ask, cache, space} = setUp({entriesMax: 100, bytesMax: 10_000});
    ask('a').encoding('json', () => Buffer.alloc(4000));
    const b = ask('b').encoding('json', () => Buffer.alloc(6000));
    expect(b.length).toBe(6000);
    expect(space.lookup('a')).toBeUndefined();
    expect(space.lookup('b')).toBeDefined();
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  });

  test('is empty after clear', () => {
    const {ask, cache, store} = setUp();
    ask('a');
    ask('b');
    cache.clear();
    expect([cache.entries, cache.bytes, store.residue.cells]).toEqual([0, 0, 0]);
  });

  test('gives back unkept what is stale already or too large', () => {
    const {turns, store, cache, space, ask} = setUp();
    const watch = new Watch(store.waker);
    watch.fire();
    expect(space.keep('x', {value: [], index: 1, watch}).value).toEqual([]);
    expect(space.keep('y', {value: [], index: 1, watch: new Watch(store.waker), bytes: 1e12}).index).toBe(1);
    expect(cache.entries).toBe(0);
    ask('web');
    turns.run();
    expect(cache.entries).toBe(1);
  });
});
