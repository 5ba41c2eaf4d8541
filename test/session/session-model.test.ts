import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {checkOf} from '../../src/catalog/check-commands.ts';
import {nodeByName} from '../../src/catalog/node-commands.ts';
import {Kvs} from '../../src/kv/state.ts';
import {PreparedQueries} from '../../src/query/state.ts';
import {checksOf, sessionOf, Sessions} from '../../src/session/state.ts';
import {idOf, Registry} from '../server/registry.ts';

const node = fc.constantFrom('n1', 'N1', 'n2');
const check = fc.constantFrom('c1', 'C1', 'c2', 'serfHealth');
const session = fc.integer({min: 1, max: 4}).chain((n) => fc.constantFrom(idOf(n), idOf(n).toUpperCase()));
const key = fc.constantFrom('k1', 'k2', 'k3');

const steps = fc.array(
  fc.oneof(
    fc.record({do: fc.constant('node' as const), node}),
    fc.record({do: fc.constant('deregister' as const), node}),
    fc.record({do: fc.constant('check' as const), node, check, status: fc.constantFrom('passing', 'warning', 'critical')}),
    fc.record({do: fc.constant('deregister-check' as const), node, check}),
    fc.record({do: fc.constant('create' as const), session, node, checks: fc.array(check, {maxLength: 2}), behavior: fc.constantFrom('release', 'delete')}),
    fc.record({do: fc.constant('destroy' as const), session}),
    fc.record({do: fc.constant('lock' as const), session, key}),
    fc.record({do: fc.constant('query' as const), session, query: fc.integer({min: 10, max: 12})}),
  ),
  {maxLength: 40},
);
type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never)[number];

async function take(registry: Registry, step: Step): Promise<void> {
  switch (step.do) {
    case 'node':
      return registry.node(step.node);
    case 'deregister':
      return void (await registry.deregister(step.node));
    case 'check':
      return registry.check(step.node, step.check, step.status);
    case 'deregister-check':
      return void (await registry.deregister(step.node, {CheckID: step.check}));
    case 'create':
      return void (await registry.create({ID: step.session.toLowerCase(), Node: step.node, NodeChecks: step.checks, Behavior: step.behavior}));
    case 'destroy':
      return void (await registry.destroy(step.session));
    case 'lock':
      return void (await registry.lock(step.key, step.session));
    case 'query':
      return void (await registry.query(idOf(step.query), step.session));
  }
}

/** What no order of writes may break: nothing outlives what it is bound to. */
function demandSound({store}: Registry): void {
  const view = store.view();
  for (const {Key, Session} of view.all(Kvs)) if (Session !== '') expect(sessionOf(view, Session), `holder of ${Key}`).toBeDefined();
  for (const {ID, Session} of view.all(PreparedQueries)) if (Session !== '') expect(sessionOf(view, Session), `session of query ${ID}`).toBeDefined();
  for (const bound of view.all(Sessions)) {
    expect(nodeByName(view, bound.Node), `node of ${bound.ID}`).toBeDefined();
    for (const id of checksOf(bound)) expect(checkOf(view, bound.Node, id)?.Status, `check ${id} of ${bound.ID}`).toMatch(/^(passing|warning)$/);
  }
}

describe('sessions under any order of writes', () => {
  it('never outlive their node and checks, nor are outlived by their locks and queries', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const registry = new Registry();
        for (const step of taken) {
          const before = registry.store.view();
          await take(registry, step);
          demandSound(registry);
          const after = registry.store.view();
          const sameRows = JSON.stringify(before.all(Sessions).toArray()) === JSON.stringify(after.all(Sessions).toArray());
          expect(after.indexOf('sessions')).toBe(sameRows ? before.indexOf('sessions') : registry.index);
        }
      }),
      {numRuns: 150},
    );
  });

  it('come back from a snapshot as they were, bound to what they were bound to', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const [written, restored] = [new Registry(), new Registry()];
        for (const step of taken) await take(written, step);
        const state = await written.snapshot();
        await restored.restore(state);
        expect((await restored.snapshot()).equals(state)).toBe(true);
        restored.index = written.index;
        for (const registry of [written, restored]) await registry.deregister('n1');
        expect((await restored.snapshot()).equals(await written.snapshot())).toBe(true);
      }),
      {numRuns: 60},
    );
  });
});
