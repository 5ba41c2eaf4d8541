import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {LeaderDuties} from '../../../src/server/leader/leader-duties.ts';
import {type LeaderDuty} from '../../../src/server/leader/leader-duty.ts';

interface Watched {
  readonly duties: LeaderDuties;
  readonly told: string[];
  /** Ends the barrier that is waited for, the oldest first. */
  readonly passBarrier: (error?: Error) => Promise<void>;
}

function watched(): Watched {
  const told: string[] = [];
  const barriers: PromiseWithResolvers<void>[] = [];
  const duty = (name: string): LeaderDuty => ({gained: () => told.push(`${name} gained`), lost: () => told.push(`${name} lost`), replaced: () => told.push(`${name} replaced`)});
  const barrier = (): Promise<void> => {
    const pending = Promise.withResolvers<void>();
    barriers.push(pending);
    return pending.promise;
  };
  const passBarrier = async (error?: Error): Promise<void> => {
    const pending = barriers.shift();
    if (error === undefined) pending?.resolve();
    else pending?.reject(error);
    await turn();
  };
  return {duties: new LeaderDuties({duties: [duty('first'), duty('second')], barrier, logger: silentLogger}), told, passBarrier};
}

test('duties begin in their order, when all that was committed before is applied', async () => {
  const {duties, told, passBarrier} = watched();
  void duties.gained();
  expect([told, duties.onDuty]).toEqual([[], false]);
  await passBarrier();
  expect([told, duties.onDuty]).toEqual([['first gained', 'second gained'], true]);
  duties.lost();
  expect([told.slice(2), duties.onDuty]).toEqual([['first lost', 'second lost'], false]);
});

test('a leadership that is over before its barrier starts nothing, nor ends anything', async () => {
  const {duties, told, passBarrier} = watched();
  void duties.gained();
  duties.lost();
  await passBarrier();
  expect(told).toEqual([]);
});

test('the barrier of an earlier leadership does not start a later one’s duties', async () => {
  const {duties, told, passBarrier} = watched();
  void duties.gained();
  duties.lost();
  void duties.gained();
  await passBarrier();
  expect(told).toEqual([]);
  await passBarrier();
  expect(told).toEqual(['first gained', 'second gained']);
});

test('a barrier that fails starts nothing', async () => {
  const {duties, told, passBarrier} = watched();
  void duties.gained();
  await passBarrier(new Error('leadership lost'));
  expect([told, duties.onDuty]).toEqual([[], false]);
});

test('a restored state is told of on duty alone', async () => {
  const {duties, told, passBarrier} = watched();
  duties.replaced();
  void duties.gained();
  await passBarrier();
  duties.replaced();
  expect(told.slice(2)).toEqual(['first replaced', 'second replaced']);
});
