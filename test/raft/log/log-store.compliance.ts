import {describe, expect, it} from 'vitest';

import {encodeConfiguration} from '../../../src/raft/configuration-codec.ts';
import {type LogEntry, logType} from '../../../src/raft/log-entry.ts';
import {batchKey} from '../../../src/raft/log/batch-layout.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {type LogDisk} from '../../../src/raft/log/log-disk.ts';

const all = 1 << 30;

export function entry(index: number, term: number, data = `e${index}.${term}`): LogEntry {
  return {index, term, type: logType.command, data: Buffer.from(data), extensions: null, appendedAtMs: 1000.25};
}

export function entries(first: number, last: number, term: number): LogEntry[] {
  return Array.from({length: last - first + 1}, (_, i) => entry(first + i, term));
}

/** What every log store must do. `onDisk` runs its work with a way to open one and the same disk again and again. */
export function logStoreCompliance(name: string, onDisk: (work: (open: () => LogDisk) => Promise<void>) => Promise<void>): void {
  const read = async (store: BatchedLogStore, first: number, last: number): Promise<string[]> =>
    (await store.read(first, last, all)).map((e) => `${e.index}/${e.term}`);

  const reopened = async (open: () => LogDisk, store: BatchedLogStore) => {
    await store.close();
    const next = new BatchedLogStore(open());
    return {next, log: await next.open()};
  };

  describe(name, () => {
    it('is empty at first', () =>
      onDisk(async (open) => {
        const store = new BatchedLogStore(open());
        expect(await store.open()).toEqual({hardState: {term: 0, votedFor: ''}, firstIndex: 1, lastIndex: 0, termRuns: [], configurations: []});
        await store.close();
      }));

    it('gives back every field of an entry, null apart from empty, after a restart', () =>
      onDisk(async (open) => {
        const odd: LogEntry[] = [
          {index: 1, term: 1, type: logType.configuration, data: encodeConfiguration({servers: [{id: 'a', address: 'b:1', suffrage: 1}]}), extensions: null, appendedAtMs: 0},
          {index: 2, term: 2, type: logType.noop, data: null, extensions: null, appendedAtMs: 5.5},
          {index: 3, term: 2, type: logType.command, data: Buffer.alloc(0), extensions: Buffer.from([0, 255]), appendedAtMs: 6},
          {index: 4, term: 2 ** 40, type: logType.command, data: Buffer.alloc(100_000, 7), extensions: Buffer.alloc(0), appendedAtMs: 7},
        ];
        const store = new BatchedLogStore(open());
        await store.open();
        await store.write({hardState: {term: 9, votedFor: 'n2'}, entries: odd});
        const {next, log} = await reopened(open, store);
        expect(log).toMatchObject({hardState: {term: 9, votedFor: 'n2'}, firstIndex: 1, lastIndex: 4});
        expect(log.termRuns).toEqual([{first: 1, term: 1}, {first: 2, term: 2}, {first: 4, term: 2 ** 40}]);
        expect(log.configurations).toEqual([{index: 1, configuration: {servers: [{id: 'a', address: 'b:1', suffrage: 1}]}}]);
        expect((await next.read(1, 4, all)).map(comparable)).toEqual(odd.map(comparable));
        await next.close();
      }));

    it('reads across batches, within limits, and nothing that is not there', () =>
      onDisk(async (open) => {
        const store = new BatchedLogStore(open());
        await store.open();
        await store.write({entries: entries(1, 3, 1)});
        await store.write({entries: entries(4, 4, 1)});
        await store.write({entries: entries(5, 9, 2)});
        expect(await read(store, 2, 6)).toEqual(['2/1', '3/1', '4/1', '5/2', '6/2']);
        expect(await store.read(2, 9, 1)).toHaveLength(1);
        expect(await read(store, 9, 20)).toEqual(['9/2']);
        expect(await read(store, 10, 20)).toEqual([]);
        await store.close();
      }));

    it('cuts a suffix anywhere, rewriting the batch it goes through, and puts other entries there', () =>
      onDisk(async (open) => {
        for (let from = 1; from <= 9; from++) {
          const store = new BatchedLogStore(open());
          await store.open();
          await store.write({resetTo: 1, entries: entries(1, 3, 1)});
          await store.write({entries: entries(4, 8, 1)});
          await store.write({truncateFrom: from, entries: entries(from, from + 1, 7)});
          const {next, log} = await reopened(open, store);
          expect(log.lastIndex).toBe(from + 1);
          const kept = entries(1, from - 1, 1).map((e) => `${e.index}/1`);
          expect(await read(next, 1, 20)).toEqual([...kept, `${from}/7`, `${from + 1}/7`]);
          await next.close();
        }
      }));

    it('drops a prefix in whole batches', () =>
      onDisk(async (open) => {
        const store = new BatchedLogStore(open());
        await store.open();
        for (let first = 1; first <= 5000; first += 2) await store.write({entries: entries(first, first + 1, 1)});
        await store.write({entries: [], dropThrough: 4001});
        const {next, log} = await reopened(open, store);
        expect(log).toMatchObject({firstIndex: 4001, lastIndex: 5000});
        expect(await read(next, 4000, 4002)).toEqual([]);
        await next.close();
      }));

    it('begins anew behind a snapshot', () =>
      onDisk(async (open) => {
        const store = new BatchedLogStore(open());
        await store.open();
        await store.write({entries: entries(1, 5, 1)});
        await store.write({resetTo: 101, entries: entries(101, 102, 4)});
        const {next, log} = await reopened(open, store);
        expect(log).toMatchObject({firstIndex: 101, lastIndex: 102, termRuns: [{first: 101, term: 4}]});
        await next.close();
      }));

    it('refuses to open with a hole, and says what to do', () =>
      onDisk(async (open) => {
        const store = new BatchedLogStore(open());
        await store.open();
        for (let first = 1; first <= 5; first++) await store.write({entries: [entry(first, 1)]});
        await store.close();
        const disk = open();
        await disk.open();
        await disk.write([{type: 'del', key: batchKey(3)}]);
        await disk.close();
        await expect(new BatchedLogStore(open()).open()).rejects.toThrow(/entries 3 to 3 are missing.*refuses to start.*move the raft folder away/s);
      }));

    it('refuses to open when any byte of a batch is changed or cut', () =>
      onDisk(async (open) => {
        const store = new BatchedLogStore(open());
        await store.open();
        await store.write({entries: entries(1, 2, 1)});
        await store.close();
        const disk = open();
        await disk.open();
        const good = (await disk.get(batchKey(1))) ?? Buffer.alloc(0);
        await disk.close();
        for (let at = 0; at < good.length; at += 3) {
          const flipped = Buffer.from(good);
          flipped[at] = (flipped[at] ?? 0) ^ 0x10;
          for (const value of [flipped, good.subarray(0, at)]) {
            const damaged = open();
            await damaged.open();
            await damaged.write([{type: 'put', key: batchKey(1), value}]);
            await damaged.close();
            await expect(new BatchedLogStore(open()).open()).rejects.toMatchObject({code: 'corrupt'});
          }
        }
      }));
  });
}

function comparable(e: LogEntry): unknown {
  return {...e, data: e.data === null ? null : Buffer.from(e.data), extensions: e.extensions === null ? null : Buffer.from(e.extensions)};
}
