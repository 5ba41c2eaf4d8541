import {randomUUID} from 'node:crypto';
import {ConsulError} from '../consul-error.ts';
import {type Answer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {type ReadDefaults, waitOptions, writeOptions} from '../http/query-options.ts';
import {filteredHeaders} from '../http/query-meta.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {filterAllowed, type TokenResolver} from '../acl/authorizer.ts';
import {type Clock} from '../runtime/clock.ts';
import {waitFor} from '../runtime/wait-for.ts';
import {compileGoRegexp} from '../schema/go-regexp.ts';
import {list} from '../schema/types.ts';
import {internalEventFire} from './methods.ts';
import {eventIndex, type ReceivedEvents} from './received-events.ts';
import {EventFireRequest, UserEvent} from './schema.ts';
import {encodeEvent} from './wire-event.ts';

export interface EventRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  readonly resolver: TokenResolver;
  readonly events: ReceivedEvents;
  readonly bodyBytesMax: number;
  readonly clock: Clock;
}

const events = list(UserEvent);
const waitDefaultMs = 600_000;

/** `/v1/event/` (http-core.md §15). */
export function eventRoutes(options: EventRouteOptions): readonly Route[] {
  return [
    {path: '/v1/event/fire/', methods: {PUT: (request) => fire(options, request)}},
    {path: '/v1/event/list', methods: {GET: (request) => listEvents(options, request)}},
  ];
}

async function fire({router, defaults, bodyBytesMax}: EventRouteOptions, request: ApiRequest): Promise<Answer> {
  const target = writeOptions(request, defaults);
  const Name = request.suffix;
  if (Name === '') throw new ConsulError('Missing name', 400);
  const {query} = request;
  const payload = (request.contentLength ?? 0) > 0 ? await request.body(bodyBytesMax) : Buffer.alloc(0);
  const event = UserEvent.make({
    ID: randomUUID(),
    Name,
    Payload: payload.toString('latin1'),
    NodeFilter: query.get('node'),
    ServiceFilter: query.get('service'),
    TagFilter: query.get('tag'),
    Version: 1,
  });
  refuseBadFilters(event);
  await router.call(internalEventFire, EventFireRequest.make({...target, AllowStale: true, Name, Payload: encodeEvent(event)}));
  return jsonAnswer(UserEvent.toJson(event, {pretty: request.pretty}) + request.jsonEnd);
}

function refuseBadFilters({NodeFilter, ServiceFilter, TagFilter}: UserEvent): void {
  if (TagFilter !== '' && ServiceFilter === '') throw new ConsulError('Cannot provide tag filter without service filter');
  for (const [kind, filter] of [['node', NodeFilter], ['service', ServiceFilter], ['tag', TagFilter]] as const) {
    const compiled = compileGoRegexp(filter);
    if ('error' in compiled) throw new ConsulError(`Invalid ${kind} filter: ${compiled.error}`);
  }
}

/** Blocks only while the index is exactly the one of the list as it is. */
async function listEvents(options: EventRouteOptions, request: ApiRequest): Promise<Answer> {
  const {defaults, resolver, clock} = options;
  const wait = waitOptions(request);
  const authorizer = await resolver.resolve(writeOptions(request, defaults).Token);
  const asked = request.query.get('index') === '' ? undefined : BigInt(request.query.get('index'));
  const deadlineMs = clock.nowMs() + (wait.MaxQueryTime > 0 ? wait.MaxQueryTime / 1e6 : waitDefaultMs);
  for (;;) {
    const {kept: seen, dropped: hidden} = filterAllowed(options.events.list(request.query.get('name')), ({Name}) => authorizer.allows('event', 'read', Name));
    const index = eventIndex(seen.at(-1));
    const leftMs = deadlineMs - clock.nowMs();
    if (index !== asked || leftMs <= 0) {
      const json = events.toJson(seen, {pretty: request.pretty}) + request.jsonEnd;
      return jsonAnswer(json, [['X-Consul-Index', String(index)], ...filteredHeaders(request, defaults, hidden)]);
    }
    await waitFor((listener) => options.events.onNext(listener), clock, leftMs, request.signal);
    if (request.signal.aborted) throw new ConsulError('context canceled');
  }
}
