import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {comparisonsPerStep} from '../../src/agent/local/limits.ts';
import {sameAsWritten} from '../../src/agent/local/same-as-written.ts';
import {check, type Fate, nodeInfo, origin, service, SimulatedSync} from './simulated-sync.ts';

describe('a full sync', () => {
  it('asks the catalog first, and writes nothing that is there already', () => {
    const sync = new SimulatedSync();
    sync.state.putService(service('web'), origin);
    sync.settle();
    expect(sync.catalog.taken).toEqual(['node', 'register service web']);

    const again = new SimulatedSync();
    for (const [id, row] of sync.catalog.services) again.catalog.services.set(id, row);
    again.catalog.node = sync.catalog.node;
    again.state.putService(service('web'), origin);
    again.settle();
    expect(again.catalog.taken).toEqual([]);
  });

  it('takes a service with its checks in one write, and checks of another token in their own', () => {
    const sync = new SimulatedSync();
    sync.state.putService(service('web'), origin);
    sync.state.putCheck(check('a', 'web'), origin);
    sync.state.putCheck(check('b', 'web'), origin);
    sync.state.putCheck(check('c', 'web'), {token: 'other', source: 'remote'});
    sync.state.putCheck(check('mem'), origin);
    sync.settle();
    expect([...sync.catalog.taken].sort()).toEqual(['node', 'register check c', 'register check mem', 'register service web']);
    expect([...sync.catalog.checks.keys()].sort()).toEqual(['a', 'b', 'c', 'mem']);
  });

  it('compares a large state in steps, and writes nothing before the last', () => {
    const sync = new SimulatedSync();
    const count = comparisonsPerStep * 3;
    for (let i = 0; i < count; i++) {
      sync.state.putService(service(`s${i}`), origin);
      if (i !== 7) sync.catalog.services.set(`s${i}`, service(`s${i}`));
    }
    sync.catalog.services.set('foreign', service('foreign'));
    sync.step({type: 'wake'});
    sync.answer(0, 'arrives');
    let steps = 0;
    for (; sync.open[0]?.type === 'compare'; steps++) {
      expect(sync.open).toHaveLength(1);
      sync.answer(0, 'arrives');
    }
    expect(steps).toBeGreaterThanOrEqual(3);
    sync.settle();
    expect([...sync.catalog.taken].sort()).toEqual(['deregister service foreign', 'node', 'register service s7']);
  });

  it('removes what only the catalog has, but not what the servers manage', () => {
    const sync = new SimulatedSync();
    for (const id of ['consul', 'foreign']) sync.catalog.services.set(id, service(id));
    for (const id of ['serfHealth', 'foreign-check']) sync.catalog.checks.set(id, check(id));
    sync.settle();
    expect([...sync.catalog.services.keys()]).toEqual(['consul']);
    expect([...sync.catalog.checks.keys()]).toEqual(['serfHealth']);
  });

  it('keeps tags that others may override, and addresses that servers assign', () => {
    const sync = new SimulatedSync();
    sync.state.putService(service('mine', {Tags: ['a'], EnableTagOverride: true}), origin);
    sync.state.putService(service('fixed', {Tags: ['a']}), origin);
    sync.settle();
    const virtual = new Map([['consul-virtual', {Address: '240.0.0.1', Port: 80}]]);
    for (const id of ['mine', 'fixed']) sync.catalog.services.set(id, service(id, {Tags: ['theirs'], EnableTagOverride: id === 'mine', TaggedAddresses: virtual}));
    sync.advanceToWake();
    sync.settle();
    expect(sync.state.service('mine')?.service).toMatchObject({Tags: ['theirs'], TaggedAddresses: virtual});
    expect(sync.catalog.services.get('mine')?.Tags).toEqual(['theirs']);
    expect(sync.catalog.services.get('fixed')?.Tags).toEqual(['a']);
  });

  it('puts foreign node information right', () => {
    const sync = new SimulatedSync();
    sync.settle();
    if (sync.catalog.node === null) expect.unreachable();
    else sync.catalog.node = {...sync.catalog.node, Meta: new Map([['theirs', '1']])};
    sync.advanceToWake();
    sync.settle();
    expect(sync.catalog.node.Meta).toEqual(nodeInfo.meta);
  });

  it('comes within one to two minutes in a small pool, and later in a large one', () => {
    for (const [members, leastMs, mostMs] of [[1, 60_000, 120_000], [128, 60_000, 120_000], [129, 60_000, 180_000], [1000, 60_000, 300_000]] as const) {
      const waits = Array.from({length: 200}, (_, seed) => {
        const sync = new SimulatedSync(seed);
        sync.step({type: 'members', count: members});
        sync.settle();
        return sync.advanceToWake();
      });
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(leastMs);
      expect(Math.max(...waits)).toBeLessThanOrEqual(mostMs);
      expect(Math.max(...waits)).toBeGreaterThan(mostMs * 0.9);
    }
  });

  it('is tried again after 15 to 30 seconds when it failed', () => {
    const sync = new SimulatedSync();
    sync.step({type: 'wake'});
    sync.answer(0, 'fails');
    expect(sync.logged).toContain('failed to sync remote state');
    sync.settle();
    const waitMs = sync.advanceToWake();
    expect(waitMs).toBeGreaterThanOrEqual(15_000);
    expect(waitMs).toBeLessThanOrEqual(30_000);
  });

  it('comes within three seconds of a server or a token that gives hope', () => {
    const sync = new SimulatedSync();
    sync.settle();
    sync.step({type: 'hopeful'});
    expect(sync.advanceToWake()).toBeLessThanOrEqual(3_000);
    expect(sync.open).toEqual([{type: 'fetch'}]);
  });

  it('does not judge by an old answer what changed while the catalog was being asked', () => {
    const sync = new SimulatedSync();
    sync.state.putService(service('web', {Tags: ['old'], EnableTagOverride: true}), origin);
    sync.settle();
    sync.advanceToWake();
    expect(sync.open).toEqual([{type: 'fetch'}]);
    sync.state.putService(service('web', {Tags: ['new'], EnableTagOverride: true}), origin);
    sync.settle();
    expect(sync.state.service('web')?.service.Tags).toEqual(['new']);
    expect(sync.catalog.services.get('web')?.Tags).toEqual(['new']);
  });
});

describe('a write', () => {
  it('goes out at once when something changes', () => {
    const sync = new SimulatedSync();
    sync.settle();
    sync.state.putService(service('web'), origin);
    sync.step({type: 'wake'});
    expect(sync.open).toMatchObject([{type: 'write', write: {id: 'web'}}]);
  });

  it('that is denied is not tried again before the next full sync', () => {
    const sync = new SimulatedSync();
    sync.settle();
    sync.state.putService(service('web'), origin);
    sync.step({type: 'wake'});
    sync.answer(0, 'denied');
    sync.settle();
    expect(sync.logged).toContain('Service registration blocked by ACLs');
    expect(sync.catalog.services.size).toBe(0);
    sync.advanceToWake();
    sync.settle();
    expect(sync.catalog.services.size).toBe(1);
  });

  it('of one service waits for the one before it, those of others do not', () => {
    const sync = new SimulatedSync();
    sync.settle();
    sync.state.putService(service('web'), origin);
    sync.step({type: 'wake'});
    sync.state.removeService('web');
    sync.state.putService(service('db'), origin);
    sync.step({type: 'wake'});
    expect(sync.open).toMatchObject([{write: {id: 'web', call: {kind: 'register'}}}, {write: {id: 'db'}}]);
    sync.settle();
    expect([...sync.catalog.services.keys()]).toEqual(['db']);
  });

  it('waits while syncing is paused', () => {
    const sync = new SimulatedSync();
    sync.settle();
    sync.step({type: 'pause'});
    sync.state.putService(service('web'), origin);
    sync.step({type: 'wake'});
    expect(sync.open).toEqual([]);
    expect(sync.core.wakeAtMs).toBeUndefined();
    sync.step({type: 'resume'});
    expect(sync.open).toHaveLength(1);
  });

  it('of a removed service takes its removed checks along', () => {
    const sync = new SimulatedSync();
    sync.state.putService(service('web'), origin);
    sync.state.putCheck(check('a', 'web'), origin);
    sync.settle();
    sync.catalog.taken.length = 0;
    sync.state.removeService('web');
    sync.state.removeCheck('a');
    sync.settle();
    expect(sync.catalog.taken).toEqual(['deregister service web']);
    expect([...sync.state.allServices(), ...sync.state.allChecks()]).toEqual([]);
  });
});

describe('the output of a check', () => {
  const deferring = {checkUpdateIntervalMs: 4_000, discardCheckOutput: false};

  it('that changes alone waits for half the interval to one and a half', () => {
    for (let seed = 0; seed < 50; seed++) {
      const sync = new SimulatedSync(seed, deferring);
      sync.state.putCheck(check('mem', '', {Status: 'passing'}), origin);
      sync.settle();
      sync.state.updateCheck('mem', 'passing', 'one', sync.nowMs, sync.random);
      sync.state.updateCheck('mem', 'passing', 'two', sync.nowMs, sync.random);
      sync.settle();
      expect(sync.state.check('mem')?.check.Output).toBe('two');
      expect(sync.catalog.checks.get('mem')?.Output).toBe('');
      const waitMs = sync.advanceToWake();
      expect(waitMs).toBeGreaterThanOrEqual(2_000);
      expect(waitMs).toBeLessThanOrEqual(6_000);
      sync.settle();
      expect(sync.catalog.checks.get('mem')?.Output).toBe('two');
    }
  });

  it('goes along at once with a status that changes', () => {
    const sync = new SimulatedSync(1, deferring);
    sync.state.putCheck(check('mem', '', {Status: 'passing'}), origin);
    sync.settle();
    sync.state.updateCheck('mem', 'passing', 'one', sync.nowMs, sync.random);
    sync.state.updateCheck('mem', 'critical', 'two', sync.nowMs, sync.random);
    sync.settle();
    expect(sync.catalog.checks.get('mem')).toMatchObject({Status: 'critical', Output: 'two'});
    expect(sync.state.deferredDueMs).toBeUndefined();
  });

  it('that waits does not make a full sync write', () => {
    const sync = new SimulatedSync(1, {checkUpdateIntervalMs: 600_000, discardCheckOutput: false});
    sync.state.putCheck(check('mem', '', {Status: 'passing'}), origin);
    sync.settle();
    sync.state.updateCheck('mem', 'passing', 'one', sync.nowMs, sync.random);
    sync.catalog.taken.length = 0;
    sync.step({type: 'hopeful'});
    sync.advanceToWake();
    sync.settle();
    expect(sync.catalog.taken).toEqual([]);
  });

  it('is nothing where outputs are discarded', () => {
    const sync = new SimulatedSync(1, {checkUpdateIntervalMs: 0, discardCheckOutput: true});
    sync.state.putCheck(check('mem', '', {Output: 'x'}), origin);
    sync.state.updateCheck('mem', 'passing', 'secret', 0, sync.random);
    expect(sync.state.check('mem')?.check).toMatchObject({Status: 'passing', Output: ''});
  });
});

describe('whatever happens on the way', () => {
  const ids = ['a', 'b', 'c'] as const;
  const id = fc.constantFrom(...ids);
  const tags = fc.array(fc.constantFrom('x', 'y'), {maxLength: 2});
  const fate = fc.constantFrom<Fate>('arrives', 'arrives', 'arrives', 'fails', 'denied', 'answer lost');
  const action = fc.oneof(
    fc.record({do: fc.constant('put' as const), id, tags, override: fc.boolean()}),
    fc.record({do: fc.constant('put check' as const), id, of: id}),
    fc.record({do: fc.constant('status' as const), id, status: fc.constantFrom('passing' as const, 'critical' as const), output: fc.string({maxLength: 3})}),
    fc.record({do: fc.constant('remove' as const), id}),
    fc.record({do: fc.constant('remove check' as const), id}),
    fc.record({do: fc.constant('meddle' as const), id, tags}),
    fc.record({do: fc.constant('wipe' as const)}),
    fc.record({do: fc.constant('answer' as const), at: fc.nat(5), fate}),
    fc.record({do: fc.constant('wake' as const)}),
  );

  function act(sync: SimulatedSync, one: typeof action extends fc.Arbitrary<infer Action> ? Action : never): void {
    switch (one.do) {
      case 'put':
        sync.state.putService(service(one.id, {Tags: one.tags, EnableTagOverride: one.override}), origin);
        break;
      case 'put check':
        if (sync.state.service(one.of) !== undefined) sync.state.putCheck(check(one.id, one.of), origin);
        break;
      case 'status':
        sync.state.updateCheck(one.id, one.status, one.output, sync.nowMs, sync.random);
        break;
      case 'remove':
        sync.state.removeService(one.id);
        for (const {check: row} of sync.state.checksOf(one.id)) sync.state.removeCheck(row.CheckID);
        break;
      case 'remove check':
        sync.state.removeCheck(one.id);
        break;
      case 'meddle':
        sync.catalog.services.set(one.id, service(one.id, {Tags: one.tags}));
        sync.catalog.checks.set(one.id, check(one.id, one.id));
        break;
      case 'wipe':
        sync.catalog.services.clear();
        sync.catalog.checks.clear();
        sync.catalog.node = null;
        break;
      case 'answer':
        if (sync.open.length > 0) sync.answer(one.at % sync.open.length, one.fate);
        break;
      case 'wake':
        sync.advanceToWake();
        break;
    }
  }

  it('the catalog ends up with the local state', () => {
    fc.assert(
      fc.property(fc.array(action, {maxLength: 60}), fc.nat(), (actions, seed) => {
        const sync = new SimulatedSync(seed, {checkUpdateIntervalMs: 4_000, discardCheckOutput: false});
        for (const one of actions) {
          act(sync, one);
          sync.step({type: 'wake'});
        }
        // Quiet times: everything arrives. Two full syncs are enough, outputs that wait included.
        for (let round = 0; round < 6; round++) {
          sync.settle();
          sync.advanceToWake();
        }
        sync.settle();
        const local = sync.state.services().map(({service: row}) => row);
        expect([...sync.catalog.services.keys()].sort()).toEqual(local.map(({ID}) => ID).sort());
        for (const row of local) expect(sameAsWritten(sync.catalog.services.get(row.ID), row)).toBe(true);
        const checks = sync.state.checks().map(({check: row}) => row);
        expect([...sync.catalog.checks.keys()].sort()).toEqual(checks.map(({CheckID}) => CheckID).sort());
        for (const row of checks) expect(sync.catalog.checks.get(row.CheckID)).toEqual(row);
        expect(sync.state.dirty.size).toBe(0);
        expect(sync.state.unsettled.size).toBe(0);
        expect([...sync.state.allServices()].every(({deleted}) => !deleted)).toBe(true);
      }),
      {numRuns: 400},
    );
  });
});
