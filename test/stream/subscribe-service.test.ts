import {describe, expect, test} from 'vitest';
import {type Authorizer} from '../../src/acl/authorizer.ts';
import {allowAll} from '../../src/acl/fixed-authorizers.ts';
import {GrpcFramer} from '../../src/rpc/grpc/grpc-frames.ts';
import {type GrpcCall} from '../../src/rpc/grpc/grpc-server.ts';
import {eventMessage, type StreamEvent, type SubscribeRequest, subscribeRequestMessage, topic} from '../../src/stream/messages.ts';
import {subscribeMethod} from '../../src/stream/subscribe-service.ts';
import {Subjects} from '../../src/stream/subjects.ts';
import {ServiceConfigEntry} from '../../src/config-entry/entries/service-defaults.ts';
import {ConfigEntryRequest} from '../../src/config-entry/schema.ts';
import {CatalogServer} from '../catalog/catalog-server.ts';

const noOthers: Authorizer = {...allowAll, fingerprint: 'no others', allows: (_resource, _access, name) => !name.startsWith('other')};

/** Subscriptions to the catalog of one server. */
class Streams {
  readonly catalog = new CatalogServer();
  readonly store = this.catalog.registry.store;
  readonly subjects = new Subjects(this.store, this.catalog.clock);
  readonly progress = {hasHeardLeader: true, appliedIndex: 1_000, commitIndex: 0};
  readonly authorizers: Record<string, Authorizer> = {narrow: noOthers};

  subscribe(request: Partial<SubscribeRequest>): Subscriber {
    const method = subscribeMethod({
      datacenter: 'dc1',
      subjects: this.subjects,
      resolver: {resolve: (token) => this.authorizers[token] ?? allowAll},
      progress: this.progress,
      forward: (datacenter) => Promise.reject(new Error(`forwarded to ${datacenter}`)),
      clock: this.catalog.clock,
    });
    return new Subscriber((call) => method(subscribeRequestMessage.encode({...subscribeRequestMessage.zero(), Topic: topic.serviceHealth, ...request}), call));
  }

  web(request: Partial<SubscribeRequest> = {}): Subscriber {
    return this.subscribe({NamedSubject: {Key: 'web', PeerName: ''}, ...request});
  }

  async register(Node: string, Service: string, rest: object = {}): Promise<void> {
    await this.catalog.register({Node, Address: '10.0.0.1', Service: {Service}, ...rest});
  }
}

/** Who is sent events, and takes them one after the other. */
class Subscriber {
  readonly ended: Promise<string>;
  readonly #gone = new AbortController();
  readonly #events: StreamEvent[] = [];
  #woken: (() => void)[] = [];
  /** While it is there, what is sent is not taken. */
  blocked: Promise<void> | undefined;

  constructor(run: (call: GrpcCall) => Promise<void>) {
    const call: GrpcCall = {metadata: {}, from: 'test', signal: this.#gone.signal, send: (frames) => this.#take(Buffer.from(frames))};
    this.ended = run(call).then(() => 'well', (error: Error) => error.message);
  }

  leave(): void {
    this.#gone.abort();
  }

  async next(): Promise<StreamEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => this.#woken.push(resolve));
    }
  }

  /** The next event in short: what became of which instance, at which index. */
  async told(): Promise<string> {
    return shortly(await this.next());
  }

  async #take(frames: Buffer): Promise<void> {
    for (const message of new GrpcFramer(1 << 23).push(frames)) this.#events.push(eventMessage.decode(message));
    for (const wake of this.#woken.splice(0)) wake();
    await this.blocked;
  }
}

function shortly(event: StreamEvent): string {
  if (event.NewSnapshotToFollow) return 'new snapshot';
  if (event.EndOfSnapshot) return `end at ${event.Index}`;
  if (event.EventBatch !== null) return `batch at ${event.Index}: ${(event.EventBatch.Events ?? []).map(shortly).join(', ')}`;
  if (event.Service !== null) return `${event.Service.Op === 0 ? '+' : '-'}${event.Service.Name} at ${event.Index}`;
  if (event.ConfigEntry !== null) return `${event.ConfigEntry.Op === 0 ? '+' : '-'}${event.ConfigEntry.ConfigEntry.Kind}/${event.ConfigEntry.ConfigEntry.Name} at ${event.Index}`;
  const {Op, CheckServiceNode} = event.ServiceHealth ?? {Op: -1, CheckServiceNode: undefined};
  const checks = (CheckServiceNode?.Checks ?? []).map(({CheckID, Status}) => `${CheckID}=${Status}`).join(' ');
  return `${Op === 0 ? '+' : '-'}${CheckServiceNode?.Node?.Node}/${CheckServiceNode?.Service?.ID} at ${event.Index} ${checks}`.trim();
}

describe('a subscription to the health of a service', () => {
  test('begins with its instances, and goes on with each change of node, service or check', async () => {
    const streams = new Streams();
    await streams.register('n1', 'web');
    await streams.register('n2', 'web', {Check: {CheckID: 'c', Status: 'passing', ServiceID: 'web'}});
    const web = streams.web();
    expect([await web.told(), await web.told(), await web.told()]).toEqual(['+n1/web at 2', '+n2/web at 2 c=passing', 'end at 2']);
    await streams.catalog.register({Node: 'n2', Address: '10.0.0.1', Check: {CheckID: 'c', Status: 'critical', ServiceID: 'web'}});
    expect(await web.told()).toBe('+n2/web at 3 c=critical');
    await streams.catalog.register({Node: 'n1', Address: '10.0.0.9'});
    const moved = await web.next();
    expect(moved.ServiceHealth?.CheckServiceNode.Node?.Address).toBe('10.0.0.9');
    await streams.register('n3', 'db');
    await streams.register('n3', 'web');
    expect(await web.told()).toBe('+n3/web at 6');
    await streams.catalog.deregister({Node: 'n1', ServiceID: 'web'});
    const gone = await web.next();
    expect(shortly(gone)).toBe('-n1/web at 7');
    expect(gone.ServiceHealth?.CheckServiceNode).toMatchObject({Node: {Node: 'n1', Address: ''}, Checks: null});
    web.leave();
    expect(await web.ended).toBe('well');
  });

  test('to one that has no instances begins with the end of the snapshot, at an index that blocks nobody', async () => {
    const streams = new Streams();
    const web = streams.web();
    expect(await web.told()).toBe('end at 1');
    await streams.register('n1', 'WEB');
    expect(await web.told()).toBe('+n1/WEB at 1');
    web.leave();
  });

  test('tells several changes of one moment as one batch', async () => {
    const streams = new Streams();
    await streams.register('n1', 'web');
    await streams.catalog.register({Node: 'n1', Address: '10.0.0.1', Service: {ID: 'web2', Service: 'web'}});
    const web = streams.web();
    for (let event = await web.told(); !event.startsWith('end'); event = await web.told());
    await streams.catalog.deregister({Node: 'n1'});
    expect(await web.told()).toBe('batch at 3: -n1/web at 3, -n1/web2 at 3');
    web.leave();
  });

  test('of one who reads slowly leads him over what he missed to what is', async () => {
    const streams = new Streams();
    await streams.register('n1', 'web');
    const web = streams.web();
    await web.told();
    await web.told();
    const {promise, resolve} = Promise.withResolvers<void>();
    web.blocked = promise;
    await streams.register('n2', 'web');
    expect(await web.told()).toBe('+n2/web at 2');
    for (let port = 1; port <= 5; port++) await streams.register('n3', 'web', {Service: {Service: 'web', Port: port}});
    await streams.catalog.deregister({Node: 'n2'});
    web.blocked = undefined;
    resolve();
    const told = [await web.told()];
    expect(told).toEqual(['batch at 8: -n2/web at 8, +n3/web at 8']);
    web.leave();
  });

  test('goes on where it was when nothing was missed, else begins anew and says so', async () => {
    const streams = new Streams();
    await streams.register('n1', 'web');
    const first = streams.web();
    await first.told();
    expect(await first.told()).toBe('end at 1');
    const resumed = streams.web({Index: 1});
    const other = streams.web({Index: 7});
    expect([await other.told(), await other.told(), await other.told()]).toEqual(['new snapshot', '+n1/web at 1', 'end at 1']);
    await streams.register('n2', 'web');
    expect(await resumed.told()).toBe('+n2/web at 2');
    expect(await first.told()).toBe('+n2/web at 2');
    for (const subscriber of [first, resumed, other]) subscriber.leave();
  });

  test('shows what the token may read, and ends when the token comes to mean something else', async () => {
    const streams = new Streams();
    await streams.register('n1', 'web');
    await streams.register('other1', 'web');
    const web = streams.web({Token: 'narrow'});
    expect([await web.told(), await web.told()]).toEqual(['+n1/web at 2', 'end at 2']);
    await streams.register('other2', 'web');
    await streams.register('n2', 'web');
    expect(await web.told()).toBe('+n2/web at 4');
    streams.authorizers['narrow'] = allowAll;
    await streams.register('n3', 'web');
    expect(await web.ended).toBe('rpc error: code = Aborted desc = subscription closed by server, client must reset state and resubscribe');
  });

  test('ends when the state is replaced from a snapshot', async () => {
    const streams = new Streams();
    const web = streams.web();
    await web.told();
    streams.subjects.reset();
    expect(await web.ended).toContain('code = Aborted desc = subscription closed by server');
    expect(streams.subjects.size).toBe(0);
  });

  test('waits for a server that is behind what the subscriber has seen', async () => {
    const streams = new Streams();
    await streams.register('n1', 'web');
    streams.progress.appliedIndex = 4;
    const web = streams.web({Index: 5});
    await streams.register('n2', 'web');
    streams.progress.appliedIndex = 5;
    streams.catalog.clock.advance(1_000);
    expect([await web.told(), await web.told(), await web.told()]).toEqual(['new snapshot', '+n1/web at 2', '+n2/web at 2']);
    web.leave();
  });

  test('is refused by a server that has heard no leader', async () => {
    const streams = new Streams();
    streams.progress.hasHeardLeader = false;
    const web = streams.web();
    let answer: string | undefined;
    void web.ended.then((text) => (answer = text));
    while (answer === undefined) {
      streams.catalog.clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(answer).toBe('rpc error: code = Unavailable desc = No cluster leader');
  });
});

test('ways into the mesh are told under the service they lead to', async () => {
  const streams = new Streams();
  const Proxy = {DestinationServiceName: 'web'};
  await streams.register('n1', 'web-proxy', {Service: {Service: 'web-proxy', Kind: 'connect-proxy', Port: 1, Proxy}});
  await streams.register('n2', 'web', {Service: {Service: 'web', Port: 2, Connect: {Native: true}}});
  await streams.register('n3', 'web');
  const mesh = streams.web({Topic: topic.serviceHealthConnect});
  const told = [await mesh.told(), await mesh.told(), await mesh.told()];
  expect(told.map((event) => event.replace(/ at .*/, ''))).toEqual(['+n1/web-proxy', '+n2/web', 'end']);
  mesh.leave();
});

test('the list of services names those that come and go', async () => {
  const streams = new Streams();
  await streams.register('n1', 'web');
  const list = streams.subscribe({Topic: topic.serviceList, WildcardSubject: true});
  expect([await list.told(), await list.told()]).toEqual(['+web at 1', 'end at 1']);
  await streams.register('n1', 'db');
  expect(await list.told()).toBe('+db at 2');
  await streams.catalog.deregister({Node: 'n1', ServiceID: 'web'});
  expect(await list.told()).toBe('-web at 3');
  list.leave();
});

test('a service whose instances write its name in other capitals is one service of the list', async () => {
  const streams = new Streams();
  await streams.register('n1', 'Web');
  const list = streams.subscribe({Topic: topic.serviceList, WildcardSubject: true});
  expect([await list.told(), await list.told()]).toEqual(['+Web at 1', 'end at 1']);
  await streams.register('n2', 'web');
  await streams.catalog.deregister({Node: 'n1', ServiceID: 'Web'});
  await streams.register('n3', 'db');
  expect(await list.told()).toBe('+db at 4');
  await streams.catalog.deregister({Node: 'n2', ServiceID: 'web'});
  expect(await list.told()).toBe('-Web at 5');
  list.leave();
});

test('a service is followed by its name in any capitals, whoever writes it how', async () => {
  const streams = new Streams();
  await streams.register('n1', 'Web');
  const followers = ['web', 'WEB'].map((Key) => streams.web({NamedSubject: {Key, PeerName: ''}}));
  for (const follower of followers) expect([await follower.told(), await follower.told()]).toEqual(['+n1/Web at 1', 'end at 1']);
  await streams.register('n2', 'wEB');
  for (const follower of followers) expect(await follower.told()).toBe('+n2/wEB at 2');
  for (const follower of followers) follower.leave();
});

describe('a subscription to configuration entries', () => {
  const following = (Topic: number, name: string | undefined, Token = ''): Partial<SubscribeRequest> =>
    ({Topic, Token, ...(name === undefined ? {WildcardSubject: true} : {NamedSubject: {Key: name, PeerName: ''}})});

  async function write(streams: Streams, Op: 'upsert' | 'delete', Name: string, Protocol: string): Promise<void> {
    await streams.catalog.registry.propose(22, ConfigEntryRequest, {Kind: 'service-defaults', Op, Datacenter: 'dc1', Token: '', Entry: ServiceConfigEntry.make({Name, Protocol})});
  }

  test('tells one of a kind, or all of it: as they are, together, then each change', async () => {
    const streams = new Streams();
    await write(streams, 'upsert', 'web', 'tcp');
    await write(streams, 'upsert', 'db', 'tcp');
    const all = streams.subscribe(following(topic.serviceDefaults, undefined));
    const web = streams.subscribe(following(topic.serviceDefaults, 'web'));
    const resolvers = streams.subscribe(following(topic.serviceResolver, undefined));
    expect([await all.told(), await all.told()]).toEqual(['batch at 2: +service-defaults/db at 2, +service-defaults/web at 2', 'end at 2']);
    expect([await web.told(), await web.told()]).toEqual(['+service-defaults/web at 2', 'end at 2']);
    expect(await resolvers.told()).toBe('end at 2');
    await write(streams, 'upsert', 'db', 'http');
    const changed = await all.next();
    expect(shortly(changed)).toBe('+service-defaults/db at 3');
    expect(changed.ConfigEntry?.ConfigEntry['service-defaults']).toMatchObject({Protocol: 'http'});
    await write(streams, 'delete', 'web', '');
    expect([await all.told(), await web.told()]).toEqual(['-service-defaults/web at 4', '-service-defaults/web at 4']);
    for (const subscriber of [all, web, resolvers]) subscriber.leave();
  });

  test('shows what the token may read', async () => {
    const streams = new Streams();
    await write(streams, 'upsert', 'other', 'tcp');
    await write(streams, 'upsert', 'web', 'tcp');
    const narrow = streams.subscribe(following(topic.serviceDefaults, undefined, 'narrow'));
    expect([await narrow.told(), await narrow.told()]).toEqual(['+service-defaults/web at 2', 'end at 2']);
    narrow.leave();
  });

  test('of every kind is answered; what only Consul Enterprise has is there and empty', async () => {
    const streams = new Streams();
    for (let number = 3; number <= 18; number++) {
      const whole = streams.subscribe(following(number, undefined));
      expect(await whole.told()).toBe('end at 1');
      whole.leave();
    }
  });
});

test('clients older than named subjects are understood', async () => {
  const streams = new Streams();
  await streams.register('n1', 'web');
  const web = streams.subscribe({Key: 'web'});
  expect(await web.told()).toBe('+n1/web at 1');
  web.leave();
});

test('what cannot be subscribed to is refused in the words of 1.21.4', async () => {
  const streams = new Streams();
  const named = {NamedSubject: {Key: 'web', PeerName: ''}};
  const refused = (request: Partial<SubscribeRequest>): Promise<string> => streams.subscribe(request).ended;
  expect(await refused({})).toBe('rpc error: code = InvalidArgument desc = either WildcardSubject or NamedSubject.Key is required');
  expect(await refused({WildcardSubject: true})).toBe('rpc error: code = Unknown desc = topic ServiceHealth does not support wildcard subscriptions');
  expect(await refused({Topic: 7, ...named})).toBe('rpc error: code = InvalidArgument desc = topic ServiceList can only be consumed using WildcardSubject');
  expect(await refused({Topic: 0, ...named})).toBe('rpc error: code = InvalidArgument desc = cannot construct subject for topic Unknown');
  expect(await refused({Topic: 14, ...named})).toBe('rpc error: code = InvalidArgument desc = cannot construct subject for topic IPRateLimit');
  expect(await refused({Topic: 0, WildcardSubject: true})).toBe('rpc error: code = Unknown desc = unknown topic Unknown');
  expect(await refused({Topic: 99, WildcardSubject: true})).toBe('rpc error: code = Unknown desc = unknown topic 99');
  expect(await refused({Topic: 99, ...named})).toBe('rpc error: code = InvalidArgument desc = cannot construct subject for topic 99');
  expect(await refused({Datacenter: 'dc2', ...named})).toBe('forwarded to dc2');
});

test('a subject that nobody follows is forgotten after a while', async () => {
  const streams = new Streams();
  const web = streams.web();
  await web.told();
  web.leave();
  await web.ended;
  expect(streams.subjects.size).toBe(1);
  streams.catalog.clock.advance(10_000);
  expect(streams.subjects.size).toBe(0);
  expect(streams.store.residue.cells).toBe(0);
});

test('a large service is told whole to everyone, and its changes soon after', async () => {
  const streams = new Streams();
  const instances = 1200;
  for (let node = 0; node < instances; node++) await streams.register(`n${node}`, 'web');
  const subscribers = [streams.web(), streams.web()];
  const started = async (subscriber: Subscriber): Promise<number> => {
    let count = 0;
    while (!(await subscriber.told()).startsWith('end')) count++;
    return count;
  };
  expect(await Promise.all(subscribers.map(started))).toEqual([instances, instances]);
  await streams.register('n7', 'web', {Service: {Service: 'web', Port: 7}});
  for (const subscriber of subscribers) expect(await subscriber.told()).toBe(`+n7/web at ${instances + 1}`);
  await streams.register('n8', 'web', {Service: {Service: 'web', Port: 8}});
  await streams.register('n9', 'web', {Service: {Service: 'web', Port: 9}});
  streams.catalog.clock.advance(100);
  for (const subscriber of subscribers) expect(await subscriber.told()).toBe(`batch at ${instances + 3}: +n8/web at ${instances + 3}, +n9/web at ${instances + 3}`);
  const late = streams.web();
  expect(await started(late)).toBe(instances);
  for (const subscriber of [...subscribers, late]) subscriber.leave();
});
