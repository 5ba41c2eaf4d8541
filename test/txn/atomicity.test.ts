import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {HealthCheck, Node, NodeService} from '../../src/catalog/schema.ts';
import {DirEntry} from '../../src/kv/schema.ts';
import {Kvs} from '../../src/kv/state.ts';
import {Session} from '../../src/session/schema.ts';
import {Sessions} from '../../src/session/state.ts';
import {TxnOp, TxnRequest, type TxnResponse} from '../../src/txn/schema.ts';
import {idOf, Registry} from '../server/registry.ts';

const sessions = [idOf(1), idOf(2)];

async function registry(): Promise<Registry> {
  const made = new Registry();
  for (const node of ['n1', 'n2']) await made.node(node);
  await made.service('n1', 'web');
  await made.create({ID: idOf(1), Node: 'n1'});
  await made.create({ID: idOf(2), Node: 'n2', Behavior: 'delete'});
  await made.lock('a/1', idOf(1));
  await made.lock('b', idOf(2));
  return made;
}

async function commit(to: Registry, Ops: readonly TxnOp[]): Promise<TxnResponse> {
  return (await to.propose(8, TxnRequest, TxnRequest.make({Ops}))) as TxnResponse;
}

const kvOp = fc
  .record({
    Verb: fc.constantFrom('set', 'delete', 'cas', 'delete-cas', 'delete-tree', 'lock', 'unlock', 'get', 'get-or-empty', 'get-tree', 'check-index', 'check-session', 'check-not-exists', 'bogus'),
    Key: fc.constantFrom('a', 'a/1', 'a/2', 'b'),
    Value: fc.constantFrom('', 'v', 'w'),
    Session: fc.constantFrom('', ...sessions, idOf(3)),
    ModifyIndex: fc.nat(8),
  })
  .map(({Verb, ...entry}) => TxnOp.make({KV: {Verb, DirEnt: DirEntry.make(entry)}}));
const nodeOp = fc
  .record({Verb: fc.constantFrom('get', 'set', 'cas', 'delete', 'delete-cas'), Node: fc.constantFrom('n1', 'n3'), ModifyIndex: fc.nat(4)})
  .map(({Verb, ...node}) => TxnOp.make({Node: {Verb, Node: Node.make({...node, Address: '10.0.0.2'})}}));
const serviceOp = fc
  .record({Verb: fc.constantFrom('get', 'set', 'cas', 'delete', 'delete-cas'), node: fc.constantFrom('n1', 'n3'), ID: fc.constantFrom('web', 'db')})
  .map(({Verb, node, ID}) => TxnOp.make({Service: {Verb, Node: node, Service: NodeService.make({ID, Service: ID})}}));
const checkOp = fc
  .record({Verb: fc.constantFrom('get', 'set', 'delete'), Node: fc.constantFrom('n1', 'n2', 'n3'), CheckID: fc.constantFrom('serfHealth', 'c'), Status: fc.constantFrom('passing', 'critical')})
  .map(({Verb, ...check}) => TxnOp.make({Check: {Verb, Check: HealthCheck.make({...check, Name: check.CheckID})}}));
const sessionOp = fc.constantFrom(...sessions).map((ID) => TxnOp.make({Session: {Verb: 'delete', Session: Session.make({ID})}}));
const ops = fc.array(fc.oneof({weight: 6, arbitrary: kvOp}, nodeOp, serviceOp, checkOp, sessionOp), {minLength: 1, maxLength: 8});

describe('a transaction', () => {
  it('of which one operation fails leaves no trace: rows, indexes, timers', async () => {
    await fc.assert(
      fc.asyncProperty(ops, async (Ops) => {
        const made = await registry();
        const before = await made.snapshot();
        const facts = made.facts.length;
        const {Results, Errors} = await commit(made, Ops);
        if (Errors === null) return;
        expect(Results).toBeNull();
        expect((await made.snapshot()).equals(before)).toBe(true);
        expect(made.facts.length).toBe(facts);
      }),
      {numRuns: 300},
    );
  });

  it('that is done comes to what its operations come to, one by one', async () => {
    const held = (made: Registry): unknown => {
      const view = made.store.view();
      return [[...view.all(Kvs)].map(({Key, Value, Session: holder, LockIndex}) => ({Key, Value, holder, LockIndex})), [...view.all(Sessions)].map(({ID}) => ID)];
    };
    // What an operation says of indexes means another thing when each has an index of its own.
    const isIndexed = ({KV, Node: node, Service, Check}: TxnOp): boolean => [KV, node, Service, Check].some((op) => op !== null && /cas|index/.test(op.Verb));
    await fc.assert(
      fc.asyncProperty(ops, async (all) => {
        const Ops = all.filter((op) => !isIndexed(op));
        const [together, apart] = [await registry(), await registry()];
        const {Errors} = await commit(together, Ops);
        if (Errors !== null) return;
        for (const op of Ops) expect(await commit(apart, [op])).toMatchObject({Errors: null});
        expect(held(together)).toEqual(held(apart));
      }),
      {numRuns: 300},
    );
  });

  it('names every operation that failed, not only the first', async () => {
    const missing = TxnOp.make({KV: {Verb: 'get', DirEnt: DirEntry.make({Key: 'nope'})}});
    const written = TxnOp.make({KV: {Verb: 'set', DirEnt: DirEntry.make({Key: 'x', Value: 'v'})}});
    const {Errors} = await commit(await registry(), [missing, written, missing]);
    expect(Errors?.map(({OpIndex}) => OpIndex)).toEqual([0, 2]);
  });
});
