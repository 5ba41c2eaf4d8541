import {expect, test} from 'vitest';
import {allowAll, fixedResolver} from '../../src/acl/fixed-authorizers.ts';
import {BlockingReader} from '../../src/rpc/blocking-reader.ts';
import {type QueryOutcome} from '../../src/rpc/query-outcome.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {sliceMs, type Sliced} from '../../src/runtime/slices.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {QueryOptions} from '../../src/schema/rpc-common.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {type Query} from '../../src/store/query.ts';
import {Store} from '../../src/store/store.ts';
import {defineTable} from '../../src/store/table.ts';

interface Row {
  readonly name: string;
  readonly index: number;
}

const Rows = defineTable({name: 'rows', key: (row: Row) => row.name});

/** Works for longer than a slice, so that the loop turns. */
function busy(): void {
  const endMs = performance.now() + sliceMs * 1.5;
  while (performance.now() < endMs);
}

function setUp() {
  const store = new Store();
  const reader = new BlockingReader({
    store, resolver: fixedResolver(allowAll), leadership: {knownLeader: true, lastContactNs: 0}, clock: systemClock,
    random: seededRandom(1), defaultQueryTimeMs: 60_000, maxQueryTimeMs: 60_000,
  });
  const space = new KeptAnswers().space<QueryOutcome<readonly Row[]>>();
  let runs = 0;
  /** Two turns and more for any answer. */
  const slow = function* (query: Query): Sliced<QueryOutcome<readonly Row[]>> {
    runs++;
    query.watchTable(Rows);
    const value: Row[] = [];
    for (const row of query.all(Rows)) {
      value.push(row);
      yield;
      busy();
    }
    return {value, index: Math.max(0, ...value.map(({index}) => index))};
  };
  const write = (name: string, index: number): void => {
    const tx = store.begin();
    tx.put(Rows, {name, index});
    tx.publish();
  };
  const read = (minIndex = 0, query: (q: Query) => Sliced<QueryOutcome<readonly Row[]>> = slow) =>
    reader.read<readonly Row[]>({options: QueryOptions.make({MinQueryIndex: minIndex}), space, key: 'all', query, signal: undefined});
  return {store, write, read, space, runs: () => runs};
}

const namesOf = ({value}: {readonly value: readonly Row[]}): string[] => value.map(({name}) => name);

test('a long query answers from one view, whatever is written meanwhile', async () => {
  const {write, read} = setUp();
  for (const name of ['a', 'b', 'c', 'd']) write(name, 1);
  const reading = read();
  write('b2', 2);
  write('e', 2);
  expect(namesOf(await reading)).toEqual(['a', 'b', 'c', 'd']);
});

test('who asks for the same meanwhile shares the run; who asks after a write sees it', async () => {
  const {write, read, runs} = setUp();
  for (const name of ['a', 'b', 'c', 'd']) write(name, 1);
  const first = [read(), read(), read()];
  write('e', 2);
  const later = [read(), read()];
  for (const reading of first) expect(namesOf(await reading)).toEqual(['a', 'b', 'c', 'd']);
  for (const reading of later) expect(namesOf(await reading)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(runs()).toBe(2);
  expect(namesOf(await read())).toHaveLength(5);
  expect(runs()).toBe(2);
});

test('a write while a blocking query runs is not missed: it runs again and answers', async () => {
  const {write, read} = setUp();
  for (const name of ['a', 'b', 'c', 'd']) write(name, 5);
  const waiting = read(5);
  write('e', 6);
  const {meta, value} = await waiting;
  expect([meta.Index, value.length]).toEqual([6, 5]);
});

test('an answer that is outdated when it is ready is given, but not kept; nothing of the run stays behind', async () => {
  const {write, read, space, store} = setUp();
  for (const name of ['a', 'b', 'c', 'd']) write(name, 1);
  const reading = read();
  write('e', 2);
  const {kept} = await reading;
  expect(kept?.watch.fired).toBe(true);
  expect(space.underWay.size).toBe(0);
  expect(store.residue.cells).toBe(0);
});

test('a query that fails in a later slice fails for all who share it, and for nobody after', async () => {
  const {write, read, space} = setUp();
  write('a', 1);
  const failing = function* (query: Query): Sliced<QueryOutcome<readonly Row[]>> {
    query.watchTable(Rows);
    yield;
    busy();
    yield;
    throw new Error('broke');
  };
  const both = await Promise.allSettled([read(0, failing), read(0, failing)]);
  expect(both.map(({status}) => status)).toEqual(['rejected', 'rejected']);
  expect(space.underWay.size).toBe(0);
  expect(namesOf(await read())).toEqual(['a']);
});

test('watching more after the first yield is a mistake of the query, and said to be', async () => {
  const {read} = setUp();
  const late = function* (query: Query): Sliced<QueryOutcome<readonly Row[]>> {
    query.index('rows');
    yield;
    query.watchTable(Rows);
    return {value: [], index: 1};
  };
  await expect(read(0, late)).rejects.toThrow('before its first yield');
});
