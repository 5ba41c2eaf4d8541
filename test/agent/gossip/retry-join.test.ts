import {expect, test} from 'vitest';
import {retryJoin} from '../../../src/agent/gossip/retry-join.ts';
import {type Logger, silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';

interface Attempt {
  readonly atMs: number;
  readonly addresses: readonly string[];
}

/** A retryJoin whose joins fail so often before one works; `failures` undefined: all fail. */
function joining(addresses: readonly string[], retriesMax: number, failures = Infinity) {
  const clock = new SimulatedClock();
  const attempts: Attempt[] = [];
  const errors: string[] = [];
  const stop = new AbortController();
  const join = (to: readonly string[]): Promise<number> => {
    attempts.push({atMs: clock.nowMs(), addresses: to});
    return attempts.length > failures ? Promise.resolve(1) : Promise.reject(new Error('refused'));
  };
  const logger: Logger = {...silentLogger, error: (message, fields) => void errors.push(`${message} ${String(fields?.['address'])}`)};
  const done = retryJoin({pool: 'LAN', addresses, intervalMs: 30_000, retriesMax, join, clock, logger, signal: stop.signal});
  const settled = done.then(() => 'joined', (error: unknown) => (error as Error).message);
  const pass = async (intervals: number): Promise<void> => {
    for (let i = 0; i < intervals; i++) {
      await new Promise(setImmediate);
      clock.advance(30_000);
    }
    await new Promise(setImmediate);
  };
  return {clock, attempts, errors, settled, pass, stop};
}

test('it tries all addresses at each interval until one join works', async () => {
  const {attempts, settled, pass} = joining(['10.0.0.1', '10.0.0.2'], 0, 3);
  await pass(5);
  expect(await settled).toBe('joined');
  expect(attempts).toEqual([0, 30_000, 60_000, 90_000].map((atMs) => ({atMs, addresses: ['10.0.0.1', '10.0.0.2']})));
});

test('after the first try and so many further ones the agent is to end', async () => {
  const {attempts, settled, pass} = joining(['10.0.0.1'], 2);
  await pass(5);
  expect(await settled).toBe('agent: max join LAN retry exhausted, exiting');
  expect(attempts).toHaveLength(3);
});

test('nothing to join is no work', async () => {
  const {attempts, settled} = joining([], 1);
  expect(await settled).toBe('joined');
  expect(attempts).toEqual([]);
});

test('a cloud is not asked, and the log says so once; the other addresses are tried', async () => {
  const {attempts, errors, settled, pass} = joining(['provider=aws tag_key=x', '10.0.0.1'], 0, 1);
  await pass(3);
  expect(await settled).toBe('joined');
  expect(attempts.map(({addresses}) => addresses)).toEqual([['10.0.0.1'], ['10.0.0.1']]);
  expect(errors).toEqual(['Cannot discover address provider=aws tag_key=x']);
});

test('an agent that ends stops trying', async () => {
  const {attempts, settled, pass, stop} = joining(['10.0.0.1'], 0);
  await pass(1);
  stop.abort();
  expect(await settled).toBe('joined');
  expect(attempts.length).toBeLessThanOrEqual(2);
});
