import fc from 'fast-check';
import {expect, test} from 'vitest';
import {BroadcastQueue} from '../../src/gossip/swim/broadcast-queue.ts';
import {type EncodedMessage} from '../../src/gossip/swim/messages.ts';

interface Waiting {
  readonly encoded: EncodedMessage;
  readonly key: string | null;
  readonly order: number;
  sent: number;
}

/** The rules of the queue, said as plainly as they can be. */
class PlainQueue {
  waiting: Waiting[] = [];
  #order = 0;

  push(encoded: EncodedMessage, key: string | null): void {
    this.waiting = this.waiting.filter((other) => key === null || other.key !== key);
    this.waiting.push({encoded, key, order: this.#order++, sent: 0});
  }

  take(overhead: number, limit: number, sendsMax: number): EncodedMessage[] {
    let free = limit;
    const taken: Waiting[] = [];
    for (const one of this.#inTurn()) {
      const cost = one.encoded.bytes.length + overhead;
      if (cost > free) continue;
      free -= cost;
      taken.push(one);
    }
    for (const one of taken) one.sent++;
    this.waiting = this.waiting.filter(({sent}) => sent < sendsMax);
    return taken.map(({encoded}) => encoded);
  }

  prune(depthMax: number): void {
    this.waiting = this.#inTurn().slice(0, depthMax);
  }

  #inTurn(): Waiting[] {
    return this.waiting.toSorted((a, b) =>
      a.sent - b.sent || b.encoded.bytes.length - a.encoded.bytes.length || b.order - a.order);
  }
}

const doings = fc.array(fc.oneof(
  {weight: 5, arbitrary: fc.record({do: fc.constant('push' as const), bytes: fc.integer({min: 1, max: 12}), key: fc.option(fc.constantFrom('a', 'b', 'c'))})},
  {weight: 3, arbitrary: fc.record({do: fc.constant('take' as const), limit: fc.integer({min: 0, max: 60})})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('prune' as const), depth: fc.integer({min: 0, max: 10})})},
), {maxLength: 80});

test('what is taken, replaced and pruned is what the rules say, in their order, and each waiter is told once', () => {
  fc.assert(fc.property(doings, (steps) => {
    const queue = new BroadcastQueue();
    const plain = new PlainQueue();
    const told: EncodedMessage[] = [];
    const pushed: EncodedMessage[] = [];
    for (const step of steps) {
      if (step.do === 'push') {
        const encoded: EncodedMessage = {message: {type: 'nack', body: {SeqNo: pushed.length}}, bytes: new Uint8Array(step.bytes)};
        pushed.push(encoded);
        queue.push(encoded, step.key, () => told.push(encoded));
        plain.push(encoded, step.key);
      } else if (step.do === 'take') {
        const into: EncodedMessage[] = [];
        const cost = queue.take(2, step.limit, 3, into);
        expect(into).toEqual(plain.take(2, step.limit, 3));
        expect(cost).toBe(into.reduce((sum, {bytes}) => sum + bytes.length + 2, 0));
      } else {
        queue.prune(step.depth);
        plain.prune(step.depth);
      }
      expect(queue.length).toBe(plain.waiting.length);
      const stillWaiting = new Set(plain.waiting.map(({encoded}) => encoded));
      expect(new Set(told)).toEqual(new Set(pushed.filter((one) => !stillWaiting.has(one))));
      expect(told).toHaveLength(pushed.length - stillWaiting.size);
    }
  }));
});
