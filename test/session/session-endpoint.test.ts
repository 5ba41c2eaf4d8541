import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {type Authorizer} from '../../src/acl/authorizer.ts';
import {allowAll, denyAll} from '../../src/acl/fixed-authorizers.ts';
import {BlockingReader} from '../../src/rpc/blocking-reader.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {sessionEndpoints} from '../../src/session/endpoint.ts';
import {sessionApply, sessionGet, sessionList, sessionNodeSessions, sessionRenew} from '../../src/session/methods.ts';
import {Session, SessionRequest, SessionSpecificRequest} from '../../src/session/schema.ts';
import {NodeSpecificRequest} from '../../src/schema/rpc-common.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {idOf, Registry} from '../server/registry.ts';
import {loneLeaderRouter} from '../server/lone-leader-router.ts';

const [a, b] = [idOf(1), idOf(2)];
const secondNs = 1e9;

/** May read and write sessions of n1 only. */
const onlyN1: Authorizer = {
  fingerprint: 'n1',
  accessorId: 'acc-1',
  allows: (resource, _access, name) => resource === 'session' && name === 'n1',
  allowsPrefix: () => false,
};

type Fields<T extends {make: (fields: never) => unknown}> = Parameters<T['make']>[0];

/** A leading server that answers Session.* for three tokens: none may do all, `nobody` nothing, `n1` what `onlyN1` may. */
class SessionServer {
  readonly clock = new SimulatedClock();
  readonly registry = new Registry();
  readonly renewed: string[] = [];
  readonly #router = loneLeaderRouter(this.clock);

  constructor() {
    const {clock, registry} = this;
    const resolver = {resolve: (secret: string) => (secret === '' ? allowAll : secret === 'n1' ? onlyN1 : denyAll)};
    const reader = new BlockingReader({
      store: registry.store,
      resolver,
      leadership: {knownLeader: true, lastContactNs: 0},
      clock,
      random: seededRandom(1),
      defaultQueryTimeMs: 300_000,
      maxQueryTimeMs: 600_000,
    });
    const renew = ({ID}: Session): void => void this.renewed.push(ID);
    this.#router.serve(
      sessionEndpoints({store: registry.store, reader, kept: new KeptAnswers(), proposer: registry, resolver, ttlMinNs: 10 * secondNs, renew}),
    );
  }

  create(session: Fields<typeof Session>, Token = ''): Promise<string> {
    return this.#router.call(sessionApply, SessionRequest.make({Op: 'create', Token, Session: Session.make({Node: 'n1', ...session})}));
  }

  destroy(ID: string, Token = ''): Promise<string> {
    return this.apply({Op: 'destroy', Token, Session: Session.make({ID})});
  }

  apply(request: Fields<typeof SessionRequest>): Promise<string> {
    return this.#router.call(sessionApply, SessionRequest.make(request));
  }

  renew(SessionID: string, Token = '') {
    return this.#router.call(sessionRenew, SessionSpecificRequest.make({SessionID, Token}));
  }

  get(SessionID: string, more: Fields<typeof SessionSpecificRequest> = {}) {
    return this.#router.call(sessionGet, SessionSpecificRequest.make({SessionID, ...more}));
  }

  list(Token = '') {
    return this.#router.call(sessionList, SessionSpecificRequest.make({Token}));
  }

  ofNode(Node: string, Token = '') {
    return this.#router.call(sessionNodeSessions, NodeSpecificRequest.make({Node, Token}));
  }
}

async function server(): Promise<SessionServer> {
  const made = new SessionServer();
  await made.registry.node('n1');
  await made.registry.node('n2');
  return made;
}

const ids = ({Sessions}: {readonly Sessions: readonly Session[] | null}): readonly string[] => (Sessions ?? []).map(({ID}) => ID);

/** Lets what can go on go on: the request waits, or who was woken answers. */
describe('Session.Apply', () => {
  it('makes up the id of a new session, whatever was asked for, and releases by default', async () => {
    const made = await server();
    const id = await made.create({ID: a, NodeChecks: ['serfHealth']});
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect((await made.get(id)).Sessions).toMatchObject([{ID: id, Node: 'n1', Behavior: 'release'}]);
    expect(id).not.toBe(a);
  });

  it.each([
    ['no node', {Node: ''}, 'Must provide Node'],
    ['no such behavior', {Behavior: 'zz'}, `Invalid Behavior setting 'zz'`],
    ['no duration', {TTL: 'zz'}, `Session TTL 'zz' invalid: time: invalid duration "zz"`],
    ['a TTL too short', {TTL: '9s'}, `Invalid Session TTL '9000000000', must be between [10s=24h0m0s]`],
    ['a TTL too long', {TTL: '24h1s'}, `Invalid Session TTL '86401000000000', must be between [10s=24h0m0s]`],
    ['what applying it refuses', {NodeChecks: ['nope']}, `apply failed: Missing check 'nope' registration`],
  ])('refuses a session with %s', async (_what, session, text) => {
    const made = await server();
    await expect(made.create(session)).rejects.toMatchObject({message: text, httpStatus: 500});
  });

  it('takes a TTL of nothing, and both ends of the range', async () => {
    const made = await server();
    for (const TTL of ['', '0s', '10s', '24h']) expect(await made.create({TTL})).not.toBe('');
  });

  it('refuses other operations, and a destroy without an id', async () => {
    const made = await server();
    await expect(made.apply({Op: 'update', Session: Session.make({ID: a})})).rejects.toThrow('Invalid session operation "update"');
    await expect(made.destroy('')).rejects.toThrow('Must provide ID');
  });

  it('destroys what there is, and writes nothing to the log for what there is not', async () => {
    const made = await server();
    const id = await made.create({});
    expect(await made.destroy(id.toUpperCase())).toBe('');
    expect(ids(await made.list())).toEqual([]);
    const {index} = made.registry;
    expect(await made.destroy(id)).toBe('');
    expect(made.registry.index).toBe(index);
  });

  it('asks for session:write on the node, of the session that is there and not of what the request says', async () => {
    const made = await server();
    const denied = {message: expect.stringContaining(`lacks permission 'session:write' on "n2"`) as string, httpStatus: 403};
    await expect(made.create({Node: 'n2'}, 'n1')).rejects.toMatchObject(denied);
    await expect(made.create({Node: 'n1', TTL: 'zz'}, 'nobody')).rejects.toMatchObject({httpStatus: 403});
    await made.registry.create({ID: b, Node: 'n2'});
    await expect(made.apply({Op: 'destroy', Token: 'n1', Session: Session.make({ID: b, Node: 'n1'})})).rejects.toMatchObject(denied);
    const mine = await made.create({}, 'n1');
    expect(await made.destroy(mine, 'n1')).toBe('');
    expect(ids(await made.list())).toEqual([b]);
  });
});

describe('Session.Renew', () => {
  it('starts the time of a session anew and shows it', async () => {
    const made = await server();
    await made.registry.create({ID: a, Node: 'n1', TTL: '10s'});
    const reply = await made.renew(a.toUpperCase());
    expect([ids(reply), reply.Index, made.renewed]).toEqual([[a], 3, [a]]);
  });

  it('knows no session: an answer without one', async () => {
    const made = await server();
    expect((await made.renew(a)).Sessions).toBeNull();
    expect(made.renewed).toEqual([]);
  });

  it('asks for session:write on its node', async () => {
    const made = await server();
    await made.registry.create({ID: b, Node: 'n2', TTL: '10s'});
    await expect(made.renew(b, 'n1')).rejects.toMatchObject({
      message: `Permission denied: token with AccessorID 'acc-1' lacks permission 'session:write' on "n2"`,
      httpStatus: 403,
    });
    expect(made.renewed).toEqual([]);
  });
});

describe('reading sessions', () => {
  it('shows those the token may read, and says when it hid some', async () => {
    const made = await server();
    await made.registry.create({ID: a, Node: 'n1'});
    await made.registry.create({ID: b, Node: 'n2'});
    expect(ids(await made.list())).toEqual([a, b]);
    const some = await made.list('n1');
    expect([ids(some), some.ResultsFilteredByACLs]).toEqual([[a], true]);
    expect((await made.ofNode('n1', 'n1')).ResultsFilteredByACLs).toBe(false);
    for (const reply of [await made.list('nobody'), await made.get(a, {Token: 'nobody'}), await made.ofNode('n1', 'nobody')]) {
      expect([ids(reply), reply.ResultsFilteredByACLs]).toEqual([[], true]);
    }
  });

  it('finds the sessions of a node whatever its capitals, and none of a node there is not', async () => {
    const made = await server();
    await made.registry.create({ID: a, Node: 'n1'});
    expect([ids(await made.ofNode('N1')), ids(await made.ofNode('n9'))]).toEqual([[a], []]);
  });

  it('answers who waits for a session when it ends, not when others come', async () => {
    const made = await server();
    await made.registry.create({ID: a, Node: 'n1'});
    const {Index} = await made.get(a);
    let answered = false;
    const waiting = made.get(a, {MinQueryIndex: Index}).finally(() => {
      answered = true;
    });
    await turn();
    await made.registry.create({ID: b, Node: 'n1'});
    await turn();
    expect(answered).toBe(false);
    await made.registry.destroy(a);
    const reply = await waiting;
    expect([reply.Sessions, reply.Index]).toEqual([[], made.registry.index]);
  });

  it('shows the index of the table each time, also while one session stays as it is', async () => {
    const made = await server();
    await made.registry.create({ID: a, Node: 'n1'});
    const first = await made.get(a);
    await made.registry.create({ID: b, Node: 'n1'});
    expect((await made.get(a)).Index).toBe(first.Index + 1);
  });
});
