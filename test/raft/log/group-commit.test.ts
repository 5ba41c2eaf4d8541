import fc from 'fast-check';
import {expect, it} from 'vitest';

import {type PersistEffect} from '../../../src/raft/core/effects.ts';
import {BatchLayout} from '../../../src/raft/log/batch-layout.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {GroupCommit} from '../../../src/raft/log/group-commit.ts';
import {joinPersists} from '../../../src/raft/log/join-persists.ts';
import {type LogStore, type LogWrite} from '../../../src/raft/log/log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {entries} from './log-store.compliance.ts';

/** A store whose writes end when told to. */
class HeldStore implements LogStore {
  readonly writes: LogWrite[] = [];
  readonly #ends: {resolve: () => void; reject: (error: Error) => void}[] = [];

  open = () => Promise.resolve(new BatchLayout().opened({term: 0, votedFor: ''}));
  read = () => Promise.resolve([]);
  close = () => Promise.resolve();

  write(write: LogWrite): Promise<void> {
    this.writes.push(write);
    return new Promise((resolve, reject) => this.#ends.push({resolve, reject}));
  }

  end(error?: Error): void {
    const end = this.#ends.shift();
    if (error === undefined) end?.resolve();
    else end?.reject(error);
  }
}

const persist = (seq: number): PersistEffect => ({kind: 'persist', seq, entries: entries(seq, seq, 1)});

it('writes together what came while a write was under way, and calls nothing durable before its sync', async () => {
  const store = new HeldStore();
  const durable: number[] = [];
  const group = new GroupCommit(store, (seq) => durable.push(seq), () => durable.push(-1));
  group.add(persist(1));
  group.flush();
  for (const seq of [2, 3, 4]) {
    group.add(persist(seq));
    group.flush();
  }
  expect(store.writes.map((w) => w.entries.length)).toEqual([1]);
  expect(durable).toEqual([]);
  store.end();
  const idle = group.idle();
  await Promise.resolve();
  await Promise.resolve();
  expect(durable).toEqual([1]);
  expect(store.writes.map((w) => w.entries.length)).toEqual([1, 3]);
  store.end();
  await idle;
  expect(durable).toEqual([1, 4]);
});

it('stops for good when a write fails', async () => {
  const store = new HeldStore();
  const seen: unknown[] = [];
  const group = new GroupCommit(store, (seq) => seen.push(seq), (error) => seen.push(error));
  group.add(persist(1));
  group.flush();
  store.end(new Error('no space'));
  await group.idle();
  group.add(persist(2));
  await group.idle();
  expect(seen).toEqual([new Error('no space')]);
  expect(store.writes).toHaveLength(1);
});

it('joins any steps to the same log as one after the other', async () => {
  const step = fc.record({kind: fc.constantFrom('append', 'truncate', 'reset', 'drop'), by: fc.integer({min: 0, max: 4}), count: fc.integer({min: 1, max: 3})});
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 12}), fc.integer({min: 1, max: 5}), async (steps, groupSize) => {
      let last = 0;
      let dropped = 0;
      const effects = steps.map(({kind, by, count}, i): PersistEffect => {
        const seq = i + 1;
        if (kind === 'drop') {
          dropped = Math.max(dropped, last - by);
          return {kind: 'persist', seq, dropThrough: Math.max(0, last - by)};
        }
        const first = kind === 'append' ? last + 1 : kind === 'reset' ? last + by + 1 : Math.max(dropped + 1, last + 1 - by);
        last = first + count - 1;
        if (kind === 'reset') dropped = first - 1;
        const added = {kind: 'persist', seq, entries: entries(first, last, seq)} as const;
        return kind === 'append' ? added : kind === 'reset' ? {...added, resetTo: first} : {...added, truncateFrom: first};
      });
      const contents = await Promise.all([1, groupSize].map((size) => contentAfter(effects, size)));
      expect(contents[1]).toEqual(contents[0]);
    }),
    {numRuns: 300},
  );
});

/** The log's last entries (the front may differ by whole batches). */
async function contentAfter(effects: readonly PersistEffect[], size: number): Promise<string[]> {
  const store = new BatchedLogStore(new SimulatedDisk().asLogDisk());
  await store.open();
  for (let at = 0; at < effects.length; ) {
    const {write, count} = joinPersists(effects.slice(at, at + size));
    await store.write(write);
    at += count;
  }
  const lastDrop = Math.max(0, ...effects.map((effect) => effect.dropThrough ?? (effect.resetTo ?? 1) - 1));
  return (await store.read(lastDrop + 1, lastDrop + 100, 1 << 30)).map((e) => `${e.index}/${e.term}`);
}
