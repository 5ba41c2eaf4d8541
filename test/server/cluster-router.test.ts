import {describe, expect, test} from 'vitest';
import {ConsulError} from '../../src/consul-error.ts';
import {ClientRouter} from '../../src/rpc/client-router.ts';
import {endpoint, type Endpoint} from '../../src/rpc/endpoint.ts';
import {type Method} from '../../src/rpc/method.ts';
import {type KnownServer} from '../../src/rpc/server-directory.ts';
import {ServerList} from '../../src/rpc/server-list.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {struct, type TypeOf} from '../../src/schema/struct.ts';
import {bool, str, uint} from '../../src/schema/types.ts';
import {type ClusterLeadership, ClusterRouter, type ClusterRouterOptions} from '../../src/server/cluster-router.ts';
import {pool, serve} from '../rpc/net/served.ts';

const Request = struct('Request', {Datacenter: str, AllowStale: bool, RequireConsistent: bool, MinQueryIndex: uint, Text: str});
type Request = TypeOf<typeof Request>;
const read: Method<Request, string> = {name: 'Test.Read', kind: 'read', request: Request, response: str};
const write: Method<Request, string> = {name: 'Test.Write', kind: 'write', request: Request, response: str};
const local: Method<Request, string> = {name: 'Test.Local', kind: 'local', request: Request, response: str};

/** Waits are short: what a test waits for must not hang on them. */
const times = {clientTimeoutMs: 10_000, holdTimeoutMs: 40, defaultQueryTimeMs: 100, maxQueryTimeMs: 200};

interface Place extends KnownServer {
  readonly router: ClusterRouter;
  readonly leadership: {-readonly [K in keyof ClusterLeadership]: ClusterLeadership[K]};
}

const directory = new Map<string, KnownServer[]>();

/** A server whose Raft is whatever the test says; it answers with its own name. */
async function start(
  name: string,
  {datacenter = 'dc1', more = [], limiter}: {datacenter?: string; more?: readonly Endpoint[]; limiter?: NonNullable<ClusterRouterOptions['limiter']>} = {},
): Promise<Place> {
  const leadership: Place['leadership'] = {isLeader: false, hasHeardLeader: false, leaderAddress: undefined, verify: () => Promise.resolve()};
  const reached = Promise.withResolvers<ClusterRouter>();
  const {target} = await serve(async (call) => (await reached.promise).answer(call));
  const router = new ClusterRouter({
    datacenter, address: target.address, leadership, pool: pool(), times, clock: systemClock, random: seededRandom(1),
    directory: {servers: (dc) => directory.get(dc)},
    ...(limiter && {limiter}),
  });
  const handle = ({Text}: Request): string => `${name} ${Text}`;
  router.serve([endpoint(read, handle), endpoint(write, handle), endpoint(local, handle), ...more]);
  reached.resolve(router);
  const place = {id: name, name, datacenter, address: target.address, router, leadership};
  directory.set(datacenter, [...(directory.get(datacenter) ?? []), place]);
  return place;
}

function leads(leader: Place, ...followers: Place[]): void {
  leader.leadership.isLeader = true;
  for (const place of [leader, ...followers]) {
    place.leadership.leaderAddress = leader.address;
    place.leadership.hasHeardLeader = true;
  }
}

const ask = (set: Partial<Request> = {}): Request => Request.make({Text: 'answers', ...set});

describe('a server that counts requests', () => {
  test('counts each where it comes in: here as follower, and there as leader', async () => {
    directory.clear();
    const counted: string[] = [];
    const limiterOf = (name: string): NonNullable<ClusterRouterOptions['limiter']> => ({
      admit: (method, kind, isLeader, from) => void counted.push(`${name}: ${method} ${kind}${isLeader ? ' leader' : ''} from ${from ?? 'itself'}`),
    });
    const [a, b] = [await start('a', {limiter: limiterOf('a')}), await start('b', {limiter: limiterOf('b')})];
    leads(a, b);
    expect(await b.router.call(write, ask())).toBe('a answers');
    expect(counted).toEqual(['b: Test.Write write from itself', 'a: Test.Write write leader from 127.0.0.1']);
  });

  test('asks a leader again that is busy, and gives up in time', async () => {
    directory.clear();
    let refusals = 1;
    const busy = {
      admit: (): void => {
        if (refusals-- > 0) throw new ConsulError('rate limit exceeded for operation that can only be performed by the leader, try again later', 503, true);
      },
    };
    const [a, b] = [await start('a', {limiter: busy}), await start('b')];
    leads(a, b);
    expect(await b.router.call(write, ask())).toBe('a answers');
    refusals = Infinity;
    await expect(b.router.call(write, ask())).rejects.toThrow('rpc error making call: rate limit exceeded for operation that can only be performed by the leader');
    await expect(a.router.call(write, ask())).rejects.toThrow(/^rate limit exceeded for operation/);
  });
});

describe('a server', () => {
  test('answers as leader, and forwards to the leader as follower', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    leads(a, b);
    expect(await a.router.call(write, ask())).toBe('a answers');
    expect(await b.router.call(write, ask())).toBe('a answers');
    expect(await b.router.call(read, ask())).toBe('a answers');
  });

  test('answers stale reads and what is its own itself', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    leads(a, b);
    expect(await b.router.call(read, ask({AllowStale: true}))).toBe('b answers');
    expect(await b.router.call(local, ask())).toBe('b answers');
    b.leadership.hasHeardLeader = false;
    expect(await b.router.call(read, ask({AllowStale: true}))).toBe('a answers');
  });

  test('confirms its leadership before a consistent read', async () => {
    directory.clear();
    const a = await start('a');
    leads(a);
    a.leadership.verify = () => Promise.reject(new ConsulError('Not ready to serve consistent reads'));
    await expect(a.router.call(read, ask({RequireConsistent: true}))).rejects.toThrow('Not ready to serve consistent reads');
    expect(await a.router.call(read, ask())).toBe('a answers');
  });

  test('adds a prefix to the leader\'s error at every hop', async () => {
    directory.clear();
    const refuses = endpoint({...write, name: 'Test.Refuse'}, () => {
      throw new ConsulError('Permission denied');
    });
    const [a, b] = [await start('a', {more: [refuses]}), await start('b', {more: [refuses]})];
    leads(a, b);
    await expect(b.router.call({...write, name: 'Test.Refuse'}, ask())).rejects.toThrow('rpc error making call: Permission denied');
    await expect(pool().call(b, {...write, name: 'Test.Refuse'}, ask(), {timeoutMs: 5000})).rejects
      .toThrow('rpc error making call: rpc error making call: Permission denied');
  });

  test('waits for a leader, then says there is none', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    await expect(b.router.call(write, ask())).rejects.toThrow('No cluster leader');
    b.leadership.leaderAddress = '127.0.0.1:1';
    await expect(b.router.call(write, ask())).rejects.toThrow('Raft leader not found in server lookup mapping');
    const waiting = b.router.call(write, ask());
    leads(a, b);
    expect(await waiting).toBe('a answers');
    b.leadership.leaderAddress = undefined;
    b.router.leave();
    await expect(b.router.call(write, ask())).rejects.toThrow('No cluster leader');
  });

  test('tries again while the one it took for the leader is none yet', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    leads(a, b);
    a.leadership.isLeader = false;
    const waiting = b.router.call(write, ask());
    a.leadership.isLeader = true;
    expect(await waiting).toBe('a answers');
  });

  test('waits out a leader that cannot be reached, for writes as well: nothing has been asked of it', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    const dead = {id: 'dead', name: 'dead', datacenter: 'dc1', address: '127.0.0.1:1'};
    directory.get('dc1')?.push(dead);
    b.leadership.leaderAddress = dead.address;
    const waiting = b.router.call(write, ask());
    leads(a, b);
    expect(await waiting).toBe('a answers');
    b.leadership.leaderAddress = dead.address;
    await expect(b.router.call(write, ask())).rejects.toThrow('rpc error getting client: failed to get conn: dial tcp');
  });

  test('passes on what it does not know, byte by byte, and so its answer', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    // Spellings that our own encoder would not choose.
    const body = Buffer.from('82aa4461746163656e746572d903646331a34e6577cc01', 'hex');
    const {target} = await serve(({body: came}) => Promise.resolve(Buffer.concat([Buffer.from([0x92, 0xcc, 0x01]), came])));
    directory.get('dc1')?.push({...target, id: 'newer'});
    b.leadership.leaderAddress = target.address;
    expect((await pool().callRaw(b, 'New.Method', body, {timeoutMs: 5000})).toString('hex')).toBe(`92cc01${body.toString('hex')}`);
    expect((await pool().callRaw(b, 'Test.Read', body, {timeoutMs: 5000})).toString('hex')).toBe(`92cc01${body.toString('hex')}`);

    leads(a, b);
    await expect(pool().callRaw(b, 'Old.Method', body, {timeoutMs: 5000})).rejects.toThrow("rpc: can't find service Old.Method");
    await expect(pool().callRaw(a, 'Test.Old', body, {timeoutMs: 5000})).rejects.toThrow("rpc: can't find method Test.Old");
    await expect(pool().callRaw(a, 'ill', body, {timeoutMs: 5000})).rejects.toThrow('rpc: service/method request ill-formed: ill');
  });

  test('answers a body that is no request with the codec\'s error', async () => {
    directory.clear();
    const a = await start('a');
    leads(a);
    await expect(pool().callRaw(a, 'Test.Read', Buffer.from('81a454657874c3', 'hex'), {timeoutMs: 5000})).rejects.toThrow('codec.decoder:');
  });
});

describe('another datacenter', () => {
  test('is asked through one of its servers, which forwards to its leader', async () => {
    directory.clear();
    const a = await start('a');
    const [x, y] = [await start('x', {datacenter: 'dc2'}), await start('y', {datacenter: 'dc2'})];
    leads(a);
    leads(x, y);
    expect(await a.router.call(read, ask({Datacenter: 'dc2'}))).toBe('x answers');
    expect(await a.router.call(local, ask({Datacenter: 'dc2'}))).toMatch(/^[xy] answers$/);
    await expect(a.router.call(read, ask({Datacenter: 'dc3'}))).rejects.toThrow('No path to datacenter');
    directory.set('dc3', []);
    await expect(a.router.call(read, ask({Datacenter: 'dc3'}))).rejects.toThrow('Remote DC has no server currently reachable');
  });

  test('is asked through the next server when one cannot be reached', async () => {
    directory.clear();
    const a = await start('a');
    const x = await start('x', {datacenter: 'dc2'});
    leads(x);
    directory.set('dc2', [{...x, id: 'dead', name: 'dead', address: '127.0.0.1:1'}, x]);
    leads(a);
    const answers = await Promise.allSettled([1, 2].map(() => a.router.call(read, ask({Datacenter: 'dc2'}))));
    expect(await a.router.call(read, ask({Datacenter: 'dc2'}))).toBe('x answers');
    expect(answers).toHaveLength(2);
  });
});

describe('a client agent', () => {
  function client(...known: KnownServer[]): {router: ClientRouter; servers: ServerList} {
    const servers = new ServerList({clock: systemClock, random: seededRandom(1), logger: silentLogger, ping: () => Promise.resolve(true), nodeCount: () => 1});
    for (const server of known) servers.add(server);
    return {router: new ClientRouter({servers, pool: pool(), times, clock: systemClock, random: seededRandom(1)}), servers};
  }

  test('has everything answered by a server', async () => {
    directory.clear();
    const [a, b] = [await start('a'), await start('b')];
    leads(a, b);
    const {router} = client(b);
    expect(await router.call(write, ask())).toBe('a answers');
    expect(await router.call(read, ask({AllowStale: true}))).toBe('b answers');
    await expect(client().router.call(read, ask())).rejects.toThrow('No known Consul servers');
  });

  test('goes on with another server when one cannot be reached', async () => {
    directory.clear();
    const a = await start('a');
    leads(a);
    const dead = {id: 'dead', name: 'dead', datacenter: 'dc1', address: '127.0.0.1:1'};
    const {router, servers} = client(a, dead);
    for (const first of [a, dead]) {
      if (servers.current?.id !== first.id) servers.failed(first === a ? dead : a);
      expect(await router.call(write, ask())).toBe('a answers');
    }
    await expect(client(dead).router.call(write, ask())).rejects.toThrow('rpc error getting client: failed to get conn: dial tcp');
  });

  test('keeps its server when that refuses, and tries again while there is no leader', async () => {
    directory.clear();
    const refuses = endpoint({...write, name: 'Test.Refuse'}, () => {
      throw new ConsulError('Permission denied');
    });
    const [a, b] = [await start('a', {more: [refuses]}), await start('b', {more: [refuses]})];
    const {router, servers} = client(a, b);
    const waiting = router.call(write, ask());
    leads(a, b);
    expect(await waiting).toBe('a answers');
    const inUse = servers.current;
    await expect(router.call({...write, name: 'Test.Refuse'}, ask())).rejects.toThrow('Permission denied');
    expect(servers.current).toBe(inUse);
  });
});
