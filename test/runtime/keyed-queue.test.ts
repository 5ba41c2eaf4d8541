import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {KeyedQueue, type WorkKeys} from '../../src/runtime/keyed-queue.ts';

/** Work that ends when told. */
class Works {
  readonly queue = new KeyedQueue();
  readonly log: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();

  run(name: string, keys: WorkKeys): Promise<void> {
    const end = Promise.withResolvers<void>();
    this.#ends.set(name, end);
    return this.queue.run(keys, async () => {
      this.log.push(name);
      await end.promise;
    });
  }

  end(name: string): void {
    this.#ends.get(name)?.resolve();
  }

  fail(name: string): void {
    this.#ends.get(name)?.reject(new Error(name));
  }
}

test('work on other things goes on beside it, work on the same waits its turn', async () => {
  const works = new Works();
  const all = [works.run('a1', ['a']), works.run('b', ['b']), works.run('a2', ['c', 'a'])];
  await turn();
  expect(works.log).toEqual(['a1', 'b']);
  works.end('a1');
  await turn();
  expect(works.log).toEqual(['a1', 'b', 'a2']);
  works.end('b');
  works.end('a2');
  await Promise.all(all);
});

test('work on everything waits for all before it, and all after it wait for it', async () => {
  const works = new Works();
  const all = [works.run('a', ['a']), works.run('all', undefined), works.run('b', ['b'])];
  await turn();
  expect(works.log).toEqual(['a']);
  works.end('a');
  await turn();
  expect(works.log).toEqual(['a', 'all']);
  works.end('all');
  await turn();
  expect(works.log).toEqual(['a', 'all', 'b']);
  works.end('b');
  await Promise.all(all);
});

test('a failure is its caller\'s only', async () => {
  const works = new Works();
  const first = works.run('first', ['a']);
  const second = works.run('second', ['a']);
  works.fail('first');
  await expect(first).rejects.toThrow('first');
  await turn();
  expect(works.log).toEqual(['first', 'second']);
  works.end('second');
  await second;
});
