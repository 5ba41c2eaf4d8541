import {describe, expect, it} from 'vitest';
import {drive, driveFirst, inTurns, type Sliced, sliceMs, turn} from '../../src/runtime/slices.ts';

/** Keeps the processor busy, a tenth of a millisecond at a time. */
function* busy(ms: number, done: () => void): Sliced<void> {
  let worked = 0;
  while (worked < ms) {
    const beganMs = performance.now();
    while (performance.now() - beganMs < 0.1);
    worked += 0.1;
    yield;
  }
  done();
}

function* nothing(): Sliced<string> {
  yield;
  return 'done';
}

describe('sliced work', () => {
  it('that is short is done at once, however much else there is', async () => {
    let ended = 0;
    const others = Array.from({length: 5}, async () => await drive(busy(2 * sliceMs, () => ended++)));
    expect(drive(nothing())).toBe('done');
    expect(ended).toBe(0);
    await Promise.all(others);
  });

  it('that is long lets the loop turn', async () => {
    let ended = 0;
    let turns = 0;
    const count = (): void => {
      turns++;
      if (ended < 4) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(Array.from({length: 4}, async () => await drive(busy(2 * sliceMs, () => ended++))));
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  it('goes on in the order of asking', async () => {
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3].map(async (at) => {
      await turn();
      order.push(at);
    }));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('that others wait for goes before what came earlier', async () => {
    const ended: string[] = [];
    const lists = ['a', 'b', 'c'].map(async (name) => await drive(busy(20 * sliceMs, () => ended.push(name))));
    await driveFirst(busy(2 * sliceMs, () => ended.push('write')));
    await Promise.all(lists);
    expect(ended[0]).toBe('write');
  });

  it('shares a turn as long as it is short', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(Array.from({length: 1_000}, () => turn()));
    isOver = true;
    expect(turns).toBeLessThan(100);
  });

  it('hands out what it makes piece by piece, without what is not whole yet', async () => {
    function* pieces(): Generator<number | undefined, void> {
      for (let i = 0; i < 5; i++) {
        yield undefined;
        yield i;
      }
    }
    const got: number[] = [];
    for await (const piece of inTurns(pieces())) got.push(piece);
    expect(got).toEqual([0, 1, 2, 3, 4]);
  });
});
