/**
 * What the store costs at size: `node --expose-gc test/bench/store.ts`. Prints a table; the bounds are those of a spike
 * on sorted-btree (369 MB, 0.08 ms, 70 ms, 9.7 s, 27 ms).
 */
import {PerformanceObserver} from 'node:perf_hooks';
import {seededRandom} from '../../src/runtime/random.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {Store} from '../../src/store/store.ts';
import {defineTable} from '../../src/store/table.ts';

interface Entry {
  readonly LockIndex: number;
  readonly Key: string;
  readonly Flags: bigint;
  readonly Value: string;
  readonly Session: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

interface Instance {
  readonly Node: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly Port: number;
  readonly ModifyIndex: number;
}

const entries = defineTable({name: 'kvs', key: (row: Entry) => row.Key, indexes: {session: (row: Entry) => (row.Session === '' ? undefined : `${row.Session}\0${row.Key}`)}});
const instances = defineTable({
  name: 'services',
  key: (row: Instance) => `${row.Node}\0${row.ServiceID}`,
  indexes: {name: (row: Instance) => `${row.ServiceName}\0${row.Node}\0${row.ServiceID}`, id: (row: Instance) => `${row.ServiceID}\0${row.Node}`},
});
const others = Array.from({length: 18}, (_, i) => defineTable({name: `other${i}`, key: (row: Instance) => row.ServiceID, indexes: {name: (row: Instance) => row.ServiceName}}));

const rowCount = 1_000_000;
const updateCount = 2_000_000;
const batchRows = 64;
const random = seededRandom(7);
const results: {what: string; measured: string}[] = [];

let gcPausesMs: number[] = [];
new PerformanceObserver((list) => gcPausesMs.push(...list.getEntries().map((entry) => entry.duration))).observe({entryTypes: ['gc']});

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));
const report = (what: string, measured: string) => void results.push({what, measured});
const ms = (value: number) => `${value.toFixed(value < 10 ? 3 : 0)} ms`;

/** Resident memory in MB once garbage is gone (with --expose-gc). */
function residentMb(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Keys and values come as from a decoder: flat strings of their own, not pieces of others. */
const flat = (text: string) => Buffer.from(text, 'latin1').toString('latin1');

function entry(at: number, index: number): Entry {
  return {LockIndex: 0, Key: flat(`app/${String(at % 1000).padStart(4, '0')}/key/${String(at).padStart(7, '0')}`), Flags: 0n, Value: flat(`value-${at}-${index}`), Session: '', CreateIndex: index, ModifyIndex: index};
}

async function million(store: Store): Promise<string[]> {
  const keys: string[] = [];
  const startMs = performance.now();
  let tx = store.begin();
  for (let at = 0; at < rowCount; at++) {
    const row = entry(at, at + 1);
    keys.push(row.Key);
    tx.put(entries, row);
    if (at % 1000 === 999) {
      tx.publish();
      await nextTurn();
      tx = store.begin();
    }
  }
  tx.publish();
  report('1,000,000 rows put, a view every 1,000', ms(performance.now() - startMs));
  return keys;
}

function walk(store: Store): void {
  for (let round = 0; round < 3; round++) {
    const startMs = performance.now();
    let bytes = 0;
    for (const row of store.view().all(entries)) bytes += row.Value.length;
    if (round === 2) report('full walk', `${ms(performance.now() - startMs)} (${bytes} bytes seen)`);
  }
}

async function updates(store: Store, keys: string[]): Promise<void> {
  gcPausesMs = [];
  const publishesMs: number[] = [];
  const startMs = performance.now();
  for (let done = 0; done < updateCount; done += batchRows) {
    const tx = store.begin();
    for (let i = 0; i < batchRows; i++) {
      const row = store.view().get(entries, keys[random.below(rowCount)] ?? '');
      if (row !== undefined) tx.put(entries, {...row, ModifyIndex: done + i});
    }
    tx.setIndex('kvs', done);
    const publishMs = performance.now();
    tx.publish();
    publishesMs.push(performance.now() - publishMs);
    if (done % (batchRows * 16) === 0) await nextTurn();
  }
  report('2,000,000 updates, a view every 64', ms(performance.now() - startMs));
  await nextTurn();
  publishesMs.sort((a, b) => a - b);
  report('  publish, median / 99.9 % / worst', `${ms(publishesMs[publishesMs.length >> 1] ?? 0)} / ${ms(publishesMs[Math.floor(publishesMs.length * 0.999)] ?? 0)} / ${ms(publishesMs.at(-1) ?? 0)}`);
  report('  GC pauses, count / sum / worst', `${gcPausesMs.length} / ${ms(gcPausesMs.reduce((a, b) => a + b, 0))} / ${ms(Math.max(0, ...gcPausesMs))}`);
}

function deletes(store: Store): void {
  const tx = store.begin();
  let worstMs = 0;
  const startMs = performance.now();
  for (let left = true; left; ) {
    const sliceMs = performance.now();
    left = tx.deletePrefix(entries, 'app/', 2000) === 2000;
    worstMs = Math.max(worstMs, performance.now() - sliceMs);
  }
  report('recursive delete of 1,000,000, slices of 2,000: all / worst slice', `${ms(performance.now() - startMs)} / ${ms(worstMs)}`);
  tx.abandon();
}

function views(): void {
  const store = new Store();
  const fill = store.begin();
  for (const table of others) for (let i = 0; i < 1000; i++) fill.put(table, {Node: 'n', ServiceID: `${i}`, ServiceName: `${i}`, Port: 1, ModifyIndex: 1});
  fill.publish();
  const time = (touched: number) => {
    const rounds = 20_000;
    const startMs = performance.now();
    for (let round = 0; round < rounds; round++) {
      const tx = store.begin();
      for (let t = 0; t < touched; t++) tx.put(others[t % others.length] as (typeof others)[0], {Node: 'n', ServiceID: '500', ServiceName: '500', Port: round, ModifyIndex: round});
      tx.publish();
    }
    return (performance.now() - startMs) / rounds;
  };
  time(1);
  report('begin + put + publish, 18 tables x 2 maps, 1 touched', ms(time(1)));
  report('the same, all 18 touched', ms(time(18)));
}

function services(): void {
  const before = heapMb();
  const store = new Store();
  const tx = store.begin();
  for (let i = 0; i < 100_000; i++) {
    tx.put(instances, {Node: flat(`node-${i % 5000}`), ServiceID: flat(`svc-${i}`), ServiceName: flat(`service-${i % 1000}`), Port: 8000, ModifyIndex: i});
  }
  tx.publish();
  report('100,000 service rows with two indexes, heap', `${(heapMb() - before).toFixed(0)} MB`);
  const startMs = performance.now();
  let seen = 0;
  for (let i = 0; i < 1000; i++) for (const row of store.view().byIndex(instances, 'name').prefix(`service-${i}\0`)) seen += row.Port > 0 ? 1 : 0;
  report('1,000 walks of 100 instances by index', `${ms(performance.now() - startMs)} (${seen} rows)`);
}

async function watchers(): Promise<void> {
  const store = new Store();
  const before = heapMb();
  const count = 100_000;
  let startMs = performance.now();
  const waits = Array.from({length: count}, (_, i) =>
    store.query((q) => {
      q.index(`service.${i % 1000}`);
      q.watchRow(entries, `k${i}`);
    }).watch.wait({timeoutMs: 600_000, clock: systemClock}),
  );
  report('100,000 different queries waiting: made in / heap', `${ms(performance.now() - startMs)} / ${(heapMb() - before).toFixed(0)} MB`);
  const tx = store.begin();
  startMs = performance.now();
  for (let i = 0; i < 1000; i++) tx.setIndex(`service.${i}`, 1);
  tx.publish();
  report('firing all of them: publish', ms(performance.now() - startMs));
  startMs = performance.now();
  let worstMs = 0;
  while (store.waker.pendingCount > 0) {
    const turnMs = performance.now();
    await nextTurn();
    worstMs = Math.max(worstMs, performance.now() - turnMs);
  }
  await Promise.all(waits);
  report('  waking all: in / worst turn', `${ms(performance.now() - startMs)} / ${ms(worstMs)}`);
  report('  left behind', JSON.stringify(store.residue));
}

function keptReads(): void {
  const store = new Store();
  const space = new KeptAnswers().space<string>();
  const ask = (name: string) => space.answer(name, () => {
    const {value, watch} = store.query((q) => q.index(name));
    return {value: name, index: value, watch};
  });
  const names = Array.from({length: 1000}, (_, i) => `service.${i}`);
  let bytes = 0;
  const rounds = 2000;
  const startMs = performance.now();
  for (let round = 0; round < rounds; round++) for (const name of names) bytes += ask(name).encoding('json', (v) => Buffer.from(v)).length;
  report('kept answer, spread over 1,000 keys, each', `${(((performance.now() - startMs) * 1e6) / (rounds * names.length)).toFixed(0)} ns (${bytes} bytes)`);
}

const store = new Store();
const emptyMb = residentMb();
const keys = await million(store);
const publishedMb = residentMb();
report('resident with 1,000,000 rows (empty process)', `${publishedMb.toFixed(0)} MB (${emptyMb.toFixed(0)} MB)`);
report('  heap', `${heapMb().toFixed(0)} MB`);
walk(store);
await updates(store, keys);
report('resident after the updates', `${residentMb().toFixed(0)} MB`);
walk(store);
deletes(store);
views();
services();
await watchers();
keptReads();
for (const {what, measured} of results) console.log(`${what.padEnd(72)} ${measured}`);
