import {seededRandom, type Random} from '../../src/runtime/random.ts';
import {del, get, put, type HttpStep, type Scenario, type Step} from './scenario.ts';

const KEYS = ['a', 'a/', 'a/b', 'a/b/c', 'ab', 'b', 'B'];
const PREFIXES = ['', 'a', 'a/', 'b', 'zz'];
const NODES = ['foo', 'bar', 'Foo', 'baz'];
const SERVICES = ['web', 'db', 'Web'];
const SERVICE_IDS = ['', 'web', 'web-2', 'db'];
const CHECKS = ['alive', 'disk', 'web-check'];
const STATUSES = ['passing', 'warning', 'critical'];
const SESSIONS = ['s0', 's1', 's2', 's3'];
const TAGS = [null, [], ['a'], ['b', 'a'], ['A', 'a']];

/** Chooses things by one seeded sequence. */
class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  of<T>(...choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }

  isRare(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  below(n: number): number {
    return this.#random.below(n);
  }
}

const sorted = {view: 'sorted'} as const;

/**
 * A scenario that nobody thought of: operations on few keys, nodes, services and sessions, so that they get in each
 * other's way, and looks at what became of them. The same seed gives the same steps.
 */
export function randomScenario(seed: number, count: number): Scenario {
  const dice = new Dice(seed);
  const begin = SESSIONS.map((name) => createSession(dice, name));
  return {name: `random-${seed}`, mode: 'dev', steps: [...begin, ...Array.from({length: count}, () => step(dice))]};
}

function step(dice: Dice): Step {
  return dice.of(kvWrite, kvWrite, kvRead, kvRead, lock, lock, session, sessionRead, register, register, register, deregister, catalogRead, catalogRead, healthRead, healthRead, txn, txn)(dice);
}

const key = (dice: Dice): string => dice.of(...KEYS);
const held = (dice: Dice): string => `{{${dice.of(...SESSIONS)}}}`;
/** Indexes of the run itself are not known beforehand: ones that fit nothing, or the one that means "not there". */
const cas = (dice: Dice): number => dice.of(0, 0, 1, 999_999);

function kvWrite(dice: Dice): HttpStep {
  const path = `/v1/kv/${key(dice)}`;
  switch (dice.below(8)) {
    case 0: return put(`${path}?cas=${cas(dice)}`, String(dice.below(3)));
    case 1: return put(`${path}?flags=${dice.below(3)}`, String(dice.below(3)));
    case 2: return del(path);
    case 3: return del(`${path}?cas=${cas(dice)}`);
    case 4: return dice.isRare(3) ? del(`/v1/kv/${dice.of(...PREFIXES)}?recurse`) : del(path);
    default: return put(path, String(dice.below(3)));
  }
}

function kvRead(dice: Dice): HttpStep {
  const prefix = dice.of(...PREFIXES);
  return dice.of(get(`/v1/kv/${key(dice)}`), get(`/v1/kv/${prefix}?recurse`), get(`/v1/kv/${prefix}?keys`), get(`/v1/kv/${prefix}?keys&separator=/`));
}

function lock(dice: Dice): HttpStep {
  return put(`/v1/kv/${key(dice)}?${dice.of('acquire', 'acquire', 'release')}=${held(dice)}`, String(dice.below(3)));
}

function createSession(dice: Dice, name: string): HttpStep {
  const node = dice.of('n1', 'n1', 'foo', 'bar');
  const body = {Node: node, LockDelay: '0s', Behavior: dice.of('release', 'delete'), ...(dice.isRare(3) ? {Name: name} : {}), ...(node === 'n1' && dice.isRare(2) ? {} : {Checks: dice.isRare(4) ? [dice.of(...CHECKS)] : []})};
  return put('/v1/session/create', body, {capture: {[name]: 'ID'}});
}

function session(dice: Dice): HttpStep {
  return dice.isRare(2) ? createSession(dice, dice.of(...SESSIONS)) : put(`/v1/session/destroy/${held(dice)}`);
}

function sessionRead(dice: Dice): HttpStep {
  return dice.of(get(`/v1/session/info/${held(dice)}`), get('/v1/session/list', sorted), get(`/v1/session/node/${dice.of('n1', ...NODES)}`, sorted));
}

function check(dice: Dice): Record<string, unknown> {
  const name = dice.of(...CHECKS);
  return {Name: name, ...(dice.isRare(2) ? {CheckID: name} : {}), Status: dice.of(...STATUSES), ...(dice.isRare(3) ? {ServiceID: dice.of(...SERVICE_IDS)} : {}), ...(dice.isRare(4) ? {Output: String(dice.below(2))} : {})};
}

function service(dice: Dice): Record<string, unknown> {
  const Service = dice.of(...SERVICES);
  const kind = dice.isRare(6) ? {Kind: 'connect-proxy', Proxy: {DestinationServiceName: dice.of(...SERVICES)}} : {};
  return {Service, ID: dice.of(...SERVICE_IDS), Port: dice.below(3), Tags: dice.of(...TAGS), ...(dice.isRare(4) ? {Address: '10.1.1.1'} : {}), ...(dice.isRare(5) ? {Meta: {m: String(dice.below(2))}} : {}), ...(dice.isRare(6) ? {Connect: {Native: true}} : {}), ...kind};
}

function register(dice: Dice): HttpStep {
  const body = {
    Node: dice.of(...NODES), Address: dice.of('10.0.0.1', '10.0.0.1', '10.0.0.2'),
    ...(dice.isRare(5) ? {NodeMeta: {m: String(dice.below(2))}} : {}), ...(dice.isRare(5) ? {SkipNodeUpdate: true} : {}),
    ...(dice.isRare(2) ? {Service: service(dice)} : {}), ...(dice.isRare(2) ? {Check: check(dice)} : {}), ...(dice.isRare(6) ? {Checks: [check(dice), check(dice)]} : {}),
  };
  return put('/v1/catalog/register', body);
}

function deregister(dice: Dice): HttpStep {
  const Node = dice.of(...NODES);
  return put('/v1/catalog/deregister', dice.of({Node, ServiceID: dice.of(...SERVICE_IDS)}, {Node, CheckID: dice.of(...CHECKS)}, {Node}));
}

function catalogRead(dice: Dice): HttpStep {
  const node = dice.of(...NODES);
  const name = dice.of(...SERVICES);
  return dice.of(
    get('/v1/catalog/nodes'), get('/v1/catalog/services', sorted), get(`/v1/catalog/service/${name}`), get(`/v1/catalog/service/${name}?tag=a`), get(`/v1/catalog/connect/${name}`),
    get(`/v1/catalog/node/${node}`), get(`/v1/catalog/node-services/${node}`), get('/v1/catalog/nodes?node-meta=m:1'), get('/v1/catalog/services?node-meta=m:1', sorted),
  );
}

function healthRead(dice: Dice): HttpStep {
  const name = dice.of(...SERVICES);
  return dice.of(
    get(`/v1/health/node/${dice.of(...NODES)}`), get(`/v1/health/checks/${name}`), get(`/v1/health/state/${dice.of('any', ...STATUSES)}`),
    get(`/v1/health/service/${name}`), get(`/v1/health/service/${name}?passing`), get(`/v1/health/service/${name}?tag=a`), get(`/v1/health/connect/${name}`),
  );
}

function txn(dice: Dice): HttpStep {
  return put('/v1/txn', Array.from({length: 1 + dice.below(4)}, () => operation(dice)));
}

function operation(dice: Dice): unknown {
  const Key = key(dice);
  const Node = dice.of(...NODES);
  const verb = dice.of('get', 'set', 'set', 'cas', 'delete', 'delete-cas');
  switch (dice.below(8)) {
    case 0: return {KV: {Verb: dice.of('lock', 'unlock', 'check-session'), Key, Session: held(dice), Value: ''}};
    case 1: return {KV: {Verb: dice.of('get', 'get-or-empty', 'check-not-exists', 'get-tree', 'delete-tree'), Key}};
    case 2: return {KV: {Verb: dice.of('cas', 'delete-cas', 'check-index'), Key, Index: cas(dice), Value: 'MQ=='}};
    case 3: return {Node: {Verb: verb, Node: {Node, Address: '10.0.0.3', ModifyIndex: cas(dice)}}};
    case 4: return {Service: {Verb: verb, Node, Service: {...service(dice), ModifyIndex: cas(dice)}}};
    case 5: return {Check: {Verb: verb, Check: {...check(dice), Node, ModifyIndex: cas(dice)}}};
    default: return {KV: {Verb: dice.of('set', 'delete'), Key, Value: 'Mg=='}};
  }
}
