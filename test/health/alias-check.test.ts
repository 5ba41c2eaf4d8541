import {setImmediate as nextTurn} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {AliasCheck, type AliasedCheck} from '../../src/health/alias-check.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {heard} from './health-fixture.ts';

const REFRESH_MS = 60_000;

interface World {
  checks: AliasedCheck[];
  exists: boolean;
  fails?: Error;
}

function alias(world: World, target: {node?: string; serviceId?: string} = {serviceId: 'web'}) {
  const clock = new SimulatedClock();
  const {said, notify} = heard();
  const listeners = new Set<() => void>();
  let looks = 0;
  const check = new AliasCheck({
    node: target.node ?? '', serviceId: target.serviceId ?? '', notify, clock,
    source: {
      checks: () => {
        looks++;
        return world.fails === undefined ? Promise.resolve(world.checks) : Promise.reject(world.fails);
      },
      serviceExists: () => world.exists,
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  });
  const settled = async (): Promise<readonly string[]> => {
    await nextTurn();
    return said.splice(0);
  };
  return {check, clock, settled, changed: () => listeners.forEach((listener) => listener()), listeners, looks: () => looks};
}

const web = (status: string, output = '', name = 'web check'): AliasedCheck => ({node: 'n1', serviceId: 'web', name, status, output});
const ofNode = (status: string, node = 'n1'): AliasedCheck => ({node, serviceId: '', name: 'disk', status, output: 'full'});

describe('an alias check', () => {
  test('is as well as the service it follows, at once', async () => {
    const world = {checks: [web('passing')], exists: true};
    const {check, changed, settled} = alias(world);
    check.start();
    expect(await settled()).toEqual(['passing: All checks passing.']);
    world.checks = [web('warning', 'so so')];
    changed();
    expect(await settled()).toEqual(['warning: Aliased check "web check" failing: so so']);
    world.checks = [web('warning', 'so so', 'first'), web('critical', 'bad', 'second')];
    changed();
    expect(await settled()).toEqual(['critical: Aliased check "second" failing: bad']);
  });

  test('checks of the node count, those of other services do not', async () => {
    const world = {checks: [web('passing'), {...web('critical'), serviceId: 'db'}], exists: true};
    const {check, changed, settled} = alias(world);
    check.start();
    expect(await settled()).toEqual(['passing: All checks passing.']);
    world.checks = [web('passing'), ofNode('critical')];
    changed();
    expect(await settled()).toEqual(['critical: Aliased check "disk" failing: full']);
  });

  test('of another node only that node’s checks count, however its name is written', async () => {
    const world = {checks: [ofNode('critical', 'n2'), ofNode('passing', 'N3')], exists: true};
    const {check, settled} = alias(world, {node: 'n3'});
    check.start();
    expect(await settled()).toEqual(['passing: All checks passing.']);
  });

  test('a service without checks passes; one that does not exist is critical', async () => {
    const world = {checks: [] as AliasedCheck[], exists: true};
    const {check, changed, settled} = alias(world, {node: 'n1', serviceId: 'web'});
    check.start();
    expect(await settled()).toEqual(['passing: No checks found.']);
    world.exists = false;
    changed();
    expect(await settled()).toEqual(['critical: Service web could not be found on node n1']);
  });

  test('looks again every minute, whatever happens', async () => {
    const world = {checks: [web('passing')], exists: true};
    const {check, clock, settled} = alias(world);
    check.start();
    await settled();
    world.checks = [web('critical', 'unseen')];
    clock.advance(REFRESH_MS - 1);
    expect(await settled()).toEqual([]);
    clock.advance(1);
    expect(await settled()).toEqual(['critical: Aliased check "web check" failing: unseen']);
    clock.advance(REFRESH_MS);
    expect(await settled()).toHaveLength(1);
  });

  test('a look that fails is told, and does not end it', async () => {
    const world: World = {checks: [], exists: true, fails: new Error('No cluster leader')};
    const {check, changed, settled} = alias(world);
    check.start();
    expect(await settled()).toEqual(['critical: Failure checking aliased node or service: No cluster leader']);
    delete world.fails;
    changed();
    expect(await settled()).toEqual(['passing: No checks found.']);
  });

  test('changes during a look make one more look, not one each', async () => {
    const {check, changed, settled, looks} = alias({checks: [web('passing')], exists: true});
    check.start();
    for (let i = 0; i < 10; i++) changed();
    expect(await settled()).toEqual(['passing: All checks passing.', 'passing: All checks passing.']);
    expect(looks()).toBe(2);
  });

  test('once stopped it says nothing, listens to nobody and leaves no timer', async () => {
    const {check, clock, settled, listeners} = alias({checks: [web('passing')], exists: true});
    check.start();
    check.stop();
    expect(await settled()).toEqual([]);
    expect(listeners.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });
});
