import {describe, expect, it} from 'vitest';
import {checkOf} from '../../src/catalog/check-commands.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {PreparedQueries} from '../../src/query/state.ts';
import {isSessionEnded} from '../../src/session/facts.ts';
import {Session} from '../../src/session/schema.ts';
import {checksOf, getSession, listNodeSessions, listSessions, sessionOf, Sessions} from '../../src/session/state.ts';
import {followerOf, idOf, Registry} from '../server/registry.ts';

const [a, b, c] = [idOf(1), idOf(2), idOf(3)];

async function registry(...checks: Parameters<Registry['node']>[1] & object): Promise<Registry> {
  const made = new Registry();
  await made.node('n1', checks);
  return made;
}

function alive({store}: Registry): string[] {
  return store.view().all(Sessions).toArray().map(({ID}) => ID);
}

const tableIndex = ({store}: Registry): number => store.view().indexOf('sessions');

describe('a session comes to be', () => {
  it('with the index of its entry, release as its behavior, and its id as the answer', async () => {
    const made = await registry();
    expect(await made.create({ID: a, Node: 'n1', NodeChecks: ['serfHealth'], TTL: '10s'})).toBe(a);
    expect(sessionOf(made.store.view(), a)).toEqual(
      Session.make({ID: a, Node: 'n1', Behavior: 'release', TTL: '10s', NodeChecks: ['serfHealth'], CreateIndex: 2, ModifyIndex: 2}),
    );
    expect(tableIndex(made)).toBe(2);
    expect(made.facts).toEqual([{kind: 'session-created', session: sessionOf(made.store.view(), a)}]);
  });

  it.each([
    ['an id that is empty', {ID: ''}, 'Must provide ID'],
    ['a behavior there is none of', {Behavior: 'keep'}, `Invalid Behavior setting 'keep'`],
    ['a node nobody registered', {Node: 'n2'}, 'Missing node registration'],
    ['a check the node has not', {NodeChecks: ['nope']}, `Missing check 'nope' registration`],
    ['a service check the node has not', {ServiceChecks: [{ID: 'nope', Namespace: ''}]}, `Missing check 'nope' registration`],
    ['a check of another node', {NodeChecks: ['elsewhere']}, `Missing check 'elsewhere' registration`],
    ['a check by its old name', {Checks: ['down']}, `Check 'down' is in critical state`],
    ['a critical check', {NodeChecks: ['serfHealth', 'down']}, `Check 'down' is in critical state`],
  ])('but not with %s', async (_what, session, text) => {
    const made = await registry({CheckID: 'down', Status: 'critical'});
    await made.node('n3', [{CheckID: 'elsewhere'}]);
    const refused = await made.create({ID: a, Node: 'n1', ...session});
    expect(refused).toBeInstanceOf(ConsulError);
    expect(refused).toMatchObject({message: text, httpStatus: 500});
    expect([alive(made), tableIndex(made), made.facts]).toEqual([[], 0, []]);
  });

  it('bound to a warning check, and to a check that is critical until there is a session', async () => {
    const made = await registry({CheckID: 'shaky', Status: 'warning'}, followerOf('follower', 'worker'));
    expect(await made.create({ID: a, Node: 'n1', Name: 'worker', NodeChecks: ['shaky', 'follower']})).toBe(a);
  });

  it('whatever the capitals of its node and checks', async () => {
    const made = await registry();
    expect(await made.create({ID: a, Node: 'N1', NodeChecks: ['SERFhealth']})).toBe(a);
    expect(made.store.query((query) => listNodeSessions(query, 'n1')).value.value).toHaveLength(1);
    await made.check('n1', 'serfHealth', 'critical');
    expect(alive(made)).toEqual([]);
  });
});

describe('a session ends', () => {
  it('when it is destroyed: its locks are let go, in the same entry', async () => {
    const made = await registry();
    await made.create({ID: a, Node: 'n1', LockDelay: 5e9});
    await made.lock('k1', a);
    await made.lock('k2', a);
    expect(await made.destroy(a)).toBeNull();
    expect([alive(made), tableIndex(made)]).toEqual([[], 5]);
    expect(made.entry('k1')).toMatchObject({Session: '', LockIndex: 1, CreateIndex: 3, ModifyIndex: 5});
    expect(made.facts.filter(isSessionEnded)).toMatchObject([{session: {ID: a, LockDelay: 5e9}, released: ['k1', 'k2']}]);
  });

  it('and with behavior delete what it held is deleted', async () => {
    const made = await registry();
    await made.create({ID: a, Node: 'n1', Behavior: 'delete'});
    await made.lock('k', a);
    await made.destroy(a);
    expect(made.entry('k')).toBeUndefined();
    expect(made.store.view().indexOf('tombstones')).toBe(made.index);
  });

  it('whatever the capitals of its id, also in the locks it took', async () => {
    const made = await registry();
    await made.create({ID: a, Node: 'n1'});
    expect(await made.lock('k', a.toUpperCase())).toBe(true);
    expect(await made.lock('k', a)).toBe(false);
    await made.destroy(a.toUpperCase());
    expect([alive(made), made.entry('k')?.Session]).toEqual([[], '']);
  });

  it('only if there is one: destroying another changes nothing', async () => {
    const made = await registry();
    await made.create({ID: a, Node: 'n1'});
    expect(await made.destroy(b)).toBeNull();
    expect([alive(made), tableIndex(made)]).toEqual([[a], 2]);
  });

  it.each([
    ['its node is deregistered', (made: Registry) => made.deregister('N1')],
    ['a check of it is written as critical', (made: Registry) => made.check('n1', 'c1', 'critical')],
    ['a check of it is deregistered', (made: Registry) => made.deregister('n1', {CheckID: 'c1'})],
    ['the service of its check is deregistered', (made: Registry) => made.deregister('n1', {ServiceID: 'web'})],
  ])('when %s', async (_why, happens) => {
    const made = await registry();
    await made.service('n1', 'web');
    await made.check('n1', 'c1', 'passing', {ServiceID: 'web'});
    await made.create({ID: a, Node: 'n1', NodeChecks: ['c1']});
    await made.create({ID: b, Node: 'n1', ServiceChecks: [{ID: 'c1', Namespace: ''}]});
    await made.create({ID: c, Node: 'n1', Checks: ['c1']});
    await made.lock('k', b);
    await happens(made);
    expect([alive(made), tableIndex(made), made.entry('k')?.Session]).toEqual([[], made.index, '']);
  });

  it('not when its check warns, nor when another check fails', async () => {
    const made = await registry({CheckID: 'c1'}, {CheckID: 'c2'});
    await made.create({ID: a, Node: 'n1', NodeChecks: ['c1']});
    await made.check('n1', 'c1', 'warning');
    await made.check('n1', 'c2', 'critical');
    expect([alive(made), tableIndex(made)]).toEqual([[a], 2]);
  });

  it('with the prepared queries that are bound to it', async () => {
    const made = await registry();
    await made.create({ID: a, Node: 'n1'});
    await made.create({ID: b, Node: 'n1'});
    await made.query(idOf(10), a.toUpperCase());
    await made.query(idOf(11), b);
    await made.destroy(a);
    expect(made.store.view().all(PreparedQueries).toArray().map(({ID}) => ID)).toEqual([idOf(11)]);
    expect(made.store.view().indexOf('prepared-queries')).toBe(made.index);
  });
});

describe('a check that follows sessions of a name', () => {
  const follower = (made: Registry, id = 'follower') => checkOf(made.store.view(), 'n1', id);

  it('passes while one is in force, and keeps its ModifyIndex while its service has news', async () => {
    const made = await registry();
    await made.service('n1', 'web');
    await made.check('n1', 'follower', 'critical', {...followerOf('follower', 'worker'), ServiceID: 'web'});
    const {index} = made;
    await made.create({ID: a, Node: 'n1', Name: 'worker'});
    expect(follower(made)).toMatchObject({Status: 'passing', Output: `Session '${a}' in force`, ModifyIndex: index});
    expect(made.store.view().indexOf('peer.~:service.web')).toBe(made.index);
    expect(made.store.view().indexOf('checks')).toBe(made.index);
    await made.destroy(a);
    expect(follower(made)).toMatchObject({Status: 'critical', Output: `Session '${a}' is invalid`, ModifyIndex: index});
    expect(made.store.view().indexOf('peer.~:service.web')).toBe(made.index);
  });

  it('leaves sessions of other names alone, capitals included, and those without a name', async () => {
    const made = await registry(followerOf('follower', 'worker'), followerOf('nameless', ''));
    await made.create({ID: a, Node: 'n1', Name: 'Worker'});
    await made.create({ID: b, Node: 'n1'});
    expect([follower(made)?.Status, follower(made, 'nameless')?.Status]).toEqual(['critical', 'critical']);
  });

  it('ends what is bound to it when it fails; its output names the session that ended first', async () => {
    const made = await registry(followerOf('follower', 'worker'));
    for (const ID of [a, b, c]) await made.create({ID, Node: 'n1', Name: 'worker', NodeChecks: ['follower']});
    await made.lock('k', c);
    await made.destroy(b);
    expect([alive(made), made.entry('k')?.Session]).toEqual([[], '']);
    expect(follower(made)?.Output).toBe(`Session '${b}' is invalid`);
  });

  it('may end a long chain of sessions', async () => {
    const links = 3000;
    const made = await registry(...Array.from({length: links}, (_, n) => followerOf(`c${n}`, `s${n}`)));
    for (let n = 0; n < links; n++) await made.create({ID: idOf(n), Node: 'n1', Name: `s${n}`, NodeChecks: n === 0 ? [] : [`c${n - 1}`]});
    await made.destroy(idOf(0));
    expect(alive(made)).toEqual([]);
    expect(follower(made, `c${links - 1}`)?.Output).toBe(`Session '${idOf(links - 1)}' is invalid`);
  });
});

describe('reading sessions', () => {
  it('gives the index of the table, and ids in order', async () => {
    const made = await registry();
    for (const ID of [c, a, b]) await made.create({ID, Node: 'n1'});
    const all = made.store.query(listSessions).value;
    expect([all.value.map(({ID}) => ID), all.index]).toEqual([[a, b, c], 4]);
    const one = made.store.query((query) => getSession(query, a.toUpperCase())).value;
    expect([one.value.map(({ID}) => ID), one.index]).toEqual([[a], 4]);
    const none = made.store.query((query) => getSession(query, idOf(9))).value;
    expect([none.value, none.index]).toEqual([[], 4]);
  });

  it('wakes who waits for one session by its own end alone, who waits for a list by any change', async () => {
    const made = await registry();
    await made.create({ID: a, Node: 'n1'});
    const one = made.store.query((query) => getSession(query, a)).watch;
    const missing = made.store.query((query) => getSession(query, idOf(9))).watch;
    const ofNode = made.store.query((query) => listNodeSessions(query, 'other')).watch;
    for (const watch of [one, missing, ofNode]) watch.retain();
    await made.create({ID: b, Node: 'n1'});
    expect([one.fired, missing.fired, ofNode.fired]).toEqual([false, false, true]);
    await made.destroy(a);
    expect([one.fired, missing.fired]).toEqual([true, false]);
  });

  it('names each check a session is bound to once, in the order in which they are looked at', () => {
    const ServiceChecks = [{ID: 'x', Namespace: ''}, {ID: 'y', Namespace: ''}];
    expect(checksOf(Session.make({NodeChecks: ['x', 'x'], ServiceChecks, Checks: ['y', 'z']}))).toEqual(['y', 'z', 'x']);
  });
});
