import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {healthServiceNodes} from '../../src/catalog/methods.ts';
import {healthFilter, type IndexedCheckServiceNodes, ServiceSpecificRequest} from '../../src/catalog/requests.ts';
import {CheckServiceNode, HealthCheck, Node, NodeService} from '../../src/catalog/schema.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {GrpcError, grpcCode} from '../../src/rpc/grpc/grpc-status.ts';
import {keptReply, type MaybeKept, wasCached} from '../../src/rpc/kept-reply.ts';
import {type Router} from '../../src/rpc/router.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {Waker} from '../../src/store/waker.ts';
import {HealthViews} from '../../src/stream/health-views.ts';
import {healthOp, type StreamEvent, streamEvent, type SubscribeRequest} from '../../src/stream/messages.ts';
import {StreamingRouter} from '../../src/stream/streaming-router.ts';
import {type SubscriptionHandlers} from '../../src/stream/subscriber.ts';

interface Subscription {
  readonly request: SubscribeRequest;
  readonly signal: AbortSignal;
  send(...events: readonly StreamEvent[]): void;
  break(code: number): void;
}

/** A client agent's router, with servers that stream as the test says, and answer calls with an empty list at index 1000. */
class Client {
  readonly clock = new SimulatedClock();
  readonly subscriptions: Subscription[] = [];
  /** Requests that went to the servers as calls. */
  readonly called: ServiceSpecificRequest[] = [];
  refusal: GrpcError | undefined;
  callError: Error | undefined;
  readonly views = new HealthViews({
    subscribe: (request, handlers, signal) => this.#subscribe(request, handlers, signal),
    kept: new KeptAnswers(), waker: new Waker((run) => run()), clock: this.clock, random: seededRandom(1),
  });
  readonly #router: Router = new StreamingRouter({
    inner: {call: (_, request) => this.#call(request as ServiceSpecificRequest)},
    views: this.views, times: {defaultQueryTimeMs: 300_000, maxQueryTimeMs: 600_000}, clock: this.clock,
  });

  read(request: Partial<ServiceSpecificRequest> = {}, signal?: AbortSignal): Promise<IndexedCheckServiceNodes & MaybeKept> {
    return this.#router.call(healthServiceNodes, ServiceSpecificRequest.make({ServiceName: 'web', UseCache: true, Datacenter: 'dc1', ...request}), signal);
  }

  /** A read that blocks until the index is past this one. */
  block(MinQueryIndex: number, request: Partial<ServiceSpecificRequest> = {}): Promise<IndexedCheckServiceNodes & MaybeKept> {
    return this.read({MinQueryIndex, UseCache: false, ...request});
  }

  get last(): Subscription {
    const last = this.subscriptions.at(-1);
    if (last === undefined) throw new Error('nobody subscribed');
    return last;
  }

  #subscribe(request: SubscribeRequest, {opened, event}: SubscriptionHandlers, signal: AbortSignal): Promise<never> {
    const {refusal} = this;
    if (refusal !== undefined) return Promise.reject(refusal);
    const {promise, reject} = Promise.withResolvers<never>();
    opened();
    this.subscriptions.push({request, signal, send: (...events) => events.forEach((one) => event(one, true)), break: (code) => reject(new GrpcError(code, 'broken'))});
    return promise;
  }

  async #call<Res>(request: ServiceSpecificRequest): Promise<Res> {
    this.called.push(request);
    if (this.callError !== undefined) throw this.callError;
    return {Nodes: [], Index: 1000, Backend: 0} as Res;
  }
}

const web = (Index: number, id: string, tags: readonly string[] = [], status = 'passing'): StreamEvent => streamEvent({
  Index,
  ServiceHealth: {
    Op: healthOp.register,
    CheckServiceNode: CheckServiceNode.make({
      Node: Node.make({Node: 'n1', Address: '10.0.0.1', Meta: new Map([['rack', id]])}), Service: NodeService.make({ID: id, Service: 'web', Tags: tags}),
      Checks: [HealthCheck.make({CheckID: 'c', Status: status})],
    }),
  },
});
const end = (Index: number): StreamEvent => streamEvent({Index, EndOfSnapshot: true});
const ids = ({Nodes}: IndexedCheckServiceNodes): string[] => (Nodes ?? []).map(({Service}) => Service?.ID ?? '');
test('the first cached read waits for the snapshot, the next finds it there', async () => {
  const client = new Client();
  const first = client.read();
  client.last.send(web(5, 'a'), end(5));
  expect(client.last.request).toMatchObject({Topic: 1, Datacenter: 'dc1', NamedSubject: {Key: 'web', PeerName: ''}, Index: 0});
  const reply = await first;
  expect(reply).toMatchObject({Index: 5, Backend: 1, KnownLeader: false, LastContact: 0, [wasCached]: false});
  const second = await client.read({ServiceName: 'WEB'});
  expect([ids(second), second[wasCached]]).toEqual([['a'], true]);
  expect(second[keptReply]).toBe(reply[keptReply]);
  expect([client.subscriptions.length, client.called]).toEqual([1, []]);
});

test('a blocking read returns with the change, or with what there is when its time is over', async () => {
  const client = new Client();
  const blocked = client.block(5, {MaxQueryTime: 30e9});
  client.last.send(web(5, 'a'), end(5));
  await turn();
  client.last.send(web(6, 'b'));
  expect(await blocked).toMatchObject({Index: 6, Backend: 1});
  const late = client.block(6, {MaxQueryTime: 2e9});
  await turn();
  client.clock.advance(2000);
  expect(ids(await late)).toEqual(['a', 'b']);
});

test('tags, state and metadata are chosen from one view', async () => {
  const client = new Client();
  const all = client.read();
  client.last.send(web(5, 'a', ['x', 'y']), web(5, 'b', ['x'], 'warning'), web(5, 'c', [], 'critical'), end(5));
  expect(ids(await all)).toEqual(['a', 'b', 'c']);
  expect(ids(await client.read({HealthFilterType: healthFilter.onlyPassing}))).toEqual(['a']);
  expect(ids(await client.read({HealthFilterType: healthFilter.notCritical}))).toEqual(['a', 'b']);
  expect(ids(await client.read({TagFilter: true, ServiceTags: ['X']}))).toEqual(['a', 'b']);
  expect(ids(await client.read({NodeMetaFilters: new Map([['rack', 'c']])}))).toEqual(['c']);
  expect(ids(await client.read({Filter: 'Service.ID != b'}))).toEqual(['a', 'c']);
  expect(ids(await client.read({Filter: 'x in Service.Tags', HealthFilterType: healthFilter.onlyPassing}))).toEqual(['a']);
  expect(client.subscriptions.length).toBe(1);
  await turn();
  const mesh = client.read({Connect: true, Token: 'secret'});
  expect(client.last.request).toMatchObject({Topic: 2, Token: 'secret'});
  client.last.send(end(5));
  expect(ids(await mesh)).toEqual([]);
});

test('an expression chooses anew from each state of a view, and each choice is made once', async () => {
  const client = new Client();
  const Filter = 'Checks.Status != critical';
  const first = client.read({Filter});
  client.last.send(web(5, 'a'), end(5));
  const reply = await first;
  expect((await client.read({Filter}))[keptReply]).toBe(reply[keptReply]);
  const blocked = client.block(5, {Filter});
  await turn();
  client.last.send(web(6, 'b'), web(6, 'a', [], 'critical'));
  const woken = await blocked;
  expect([woken.Index, ids(woken)]).toEqual([6, ['b']]);
});

test('an expression that means nothing is refused before anything is asked', async () => {
  const client = new Client();
  await expect(client.read({Filter: 'Nope == x'})).rejects.toThrow(new ConsulError('Selector "Nope" is not valid'));
  expect([client.subscriptions, client.called]).toEqual([[], []]);
});

test('what Consul does not stream goes to the servers', async () => {
  const client = new Client();
  for (const request of [
    {UseCache: false}, {Ingress: true}, {RequireConsistent: true}, {MergeCentralConfig: true},
    {Source: {...ServiceSpecificRequest.zero().Source, Node: 'n1'}},
  ]) {
    expect(await client.read(request)).toMatchObject({Index: 1000, Backend: 0});
  }
  expect(client.subscriptions).toEqual([]);
});

test('servers that do not stream are asked by calls, from the first read on', async () => {
  const client = new Client();
  client.refusal = new GrpcError(grpcCode.unimplemented, 'unknown service subscribe.StateChangeSubscription');
  expect(await client.read()).toMatchObject({Index: 1000, Backend: 0});
  expect(await client.block(5, {MaxQueryTime: 7e9})).toMatchObject({Index: 1000, Backend: 0});
  expect(client.called.at(-1)).toMatchObject({MinQueryIndex: 5, MaxQueryTime: 7e9});
  client.refusal = undefined;
  client.clock.advance(6000);
  client.last.send(web(1001, 'a'), end(1001));
  expect(ids(await client.read())).toEqual(['a']);
});

test('a server that says nothing is not waited for long', async () => {
  const client = new Client();
  const read = client.read();
  await turn();
  client.clock.advance(3000);
  expect(await read).toMatchObject({Index: 1000, Backend: 0});
});

test('a view whose stream broke goes on showing what it knows, for a while; then the servers are asked, if they answer', async () => {
  const client = new Client();
  const first = client.read();
  client.last.send(web(5, 'a'), end(5));
  await first;
  client.refusal = new GrpcError(grpcCode.unavailable, 'gone');
  client.last.break(grpcCode.unavailable);
  await turn();
  client.clock.advance(9_000);
  await turn();
  expect(ids(await client.read())).toEqual(['a']);
  const blocked = client.block(5, {MaxQueryTime: 60e9});
  for (let second = 0; second < 3; second++) {
    await turn();
    client.clock.advance(1000);
  }
  expect(await blocked).toMatchObject({Backend: 0});
  expect(client.called.at(-1)?.MaxQueryTime).toBeLessThan(60e9);
  client.callError = new Error('No cluster leader');
  expect(ids(await client.read())).toEqual(['a']);
  await expect(client.block(5)).rejects.toThrow('No cluster leader');
});

test('what is older than the caller takes is asked of the servers', async () => {
  const client = new Client();
  const first = client.read({MaxAge: 1e9});
  client.last.send(web(5, 'a'), end(5));
  await first;
  client.clock.advance(5000);
  expect(await client.read({MaxAge: 1e9})).toMatchObject({Backend: 1});
  client.refusal = new GrpcError(grpcCode.unavailable, 'gone');
  client.last.break(grpcCode.unavailable);
  await turn();
  client.clock.advance(2000);
  expect(await client.read({MaxAge: 1e9})).toMatchObject({Backend: 0});
  expect(await client.read({MaxAge: 5e9})).toMatchObject({Backend: 1});
});

test('a stream that breaks is taken up where it was, and nobody notices', async () => {
  const client = new Client();
  const blocked = client.block(5, {MaxQueryTime: 60e9});
  client.last.send(web(5, 'a'), end(5));
  client.last.break(grpcCode.unavailable);
  await turn();
  client.clock.advance(0);
  expect(client.last.request.Index).toBe(5);
  client.last.send(web(9, 'b'));
  expect(ids(await blocked)).toEqual(['a', 'b']);
});

test('a reader that goes away leaves; a view that nobody reads is given up', async () => {
  const client = new Client();
  const reader = new AbortController();
  const read = client.read({MinQueryIndex: 7}, reader.signal);
  client.last.send(end(5));
  reader.abort();
  await expect(read).rejects.toThrow('context canceled');
  const {signal} = client.last;
  const kept = (await client.read())[keptReply];
  client.clock.advance(20 * 60_000 - 1);
  expect([signal.aborted, client.views.size]).toEqual([false, 1]);
  client.clock.advance(1);
  expect([signal.aborted, client.views.size, kept?.watch.fired]).toEqual([true, 0, true]);
});
