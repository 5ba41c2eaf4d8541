import {IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import {describe, expect, it} from 'vitest';
import {catalogRoutes} from '../../src/catalog/catalog-routes.ts';
import {healthRoutes} from '../../src/catalog/health-routes.ts';
import {internalRoutes} from '../../src/catalog/internal-routes.ts';
import {CatalogLookups} from '../../src/catalog/lookups.ts';
import {type CatalogRouteOptions} from '../../src/catalog/http-request.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {type Answer} from '../../src/http/answer.ts';
import {ApiRequest} from '../../src/http/api-request.ts';
import {answerOfError} from '../../src/http/error-answer.ts';
import {GoQuery} from '../../src/http/go-query.ts';
import {type Method} from '../../src/rpc/method.ts';
import {type Router} from '../../src/rpc/router.ts';
import {type StalenessBound} from '../../src/rpc/staleness.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {CatalogServer} from './catalog-server.ts';

const second = 1e9;

/** A follower that heard of the leader some seconds ago, and brings what it may not answer to the leader if there is one. */
class Follower implements Router {
  readonly #server = new CatalogServer();
  readonly asked: ('follower' | 'leader')[] = [];
  ageSeconds = 5;
  hasLeader = true;

  /** It has news for whoever waits with index 1. */
  static async withWeb(): Promise<Follower> {
    const follower = new Follower();
    for (const Service of ['api', 'web']) await follower.#server.register({Node: 'n1', Address: '10.0.0.1', Service: {Service}});
    return follower;
  }

  async call<Req, Res>(method: Method<Req, Res>, request: Req): Promise<Res> {
    const {AllowStale} = request as StalenessBound;
    this.asked.push(AllowStale ? 'follower' : 'leader');
    if (!AllowStale && !this.hasLeader) throw new ConsulError('No cluster leader', 500, true);
    const reply = await this.#server.call(method, request);
    return AllowStale ? {...reply, LastContact: this.ageSeconds * second, KnownLeader: this.hasLeader} : reply;
  }
}

async function get(router: Router, url: string, set: Partial<CatalogRouteOptions['defaults']> = {}): Promise<Answer & {status: number}> {
  const [path = '', query = ''] = url.split('?');
  const defaults = {datacenter: 'dc1', token: () => '', discoveryMaxStaleNs: 0, ...set};
  const options = {router, defaults, nodeName: 'n1', bodyBytesMax: 1 << 20, translateWanAddresses: false, saysStreaming: true, uiEnabled: true};
  const routes = [...catalogRoutes(options), ...healthRoutes(options), ...internalRoutes(options)];
  const route = routes.find((known) => (known.path.endsWith('/') ? path.startsWith(known.path) : path === known.path)) ?? expect.unreachable();
  const request = new ApiRequest(new IncomingMessage(new Socket()), path, GoQuery.parse(query) ?? expect.unreachable(), route.path, false);
  try {
    return await (route.methods['GET'] ?? expect.unreachable())(request);
  } catch (error) {
    return answerOfError(error);
  }
}

const header = ({headers}: Answer, name: string): string | undefined => headers?.find(([key]) => key === `X-Consul-${name}`)?.[1];

const named = ['/v1/catalog/nodes', '/v1/catalog/services', '/v1/catalog/service/web', '/v1/catalog/node/n1', '/v1/catalog/node-services/n1', '/v1/health/node/n1', '/v1/health/state/any', '/v1/health/checks/web'];

describe('a read with max_stale', () => {
  it.each([...named, '/v1/health/service/web'])('of %s is taken from a follower that heard of the leader recently enough', async (path) => {
    const follower = new Follower();
    const answer = await get(follower, `${path}?max_stale=6s`);
    expect(follower.asked).toEqual(['follower']);
    expect(header(answer, 'Effective-Consistency')).toBe('stale');
    expect(header(answer, 'Lastcontact')).toBe('5000');
  });

  it.each(named)('of %s is asked of the leader when the follower is older than that', async (path) => {
    const follower = new Follower();
    const answer = await get(follower, `${path}?max_stale=4s`);
    expect(follower.asked).toEqual(['follower', 'leader']);
    expect(header(answer, 'Effective-Consistency')).toBe('leader');
    expect(header(answer, 'Lastcontact')).toBe('0');
  });

  it('of instances is called stale all the same', async () => {
    const follower = new Follower();
    const answer = await get(follower, '/v1/health/service/web?max_stale=4s');
    expect(follower.asked).toEqual(['follower', 'leader']);
    expect([header(answer, 'Effective-Consistency'), header(answer, 'Lastcontact')]).toEqual(['stale', '0']);
  });

  it('fails when there is no leader, and says how old it was', async () => {
    const follower = new Follower();
    follower.hasLeader = false;
    const answer = await get(follower, '/v1/catalog/nodes?max_stale=4s');
    expect(answer).toMatchObject({status: 500, body: 'No cluster leader'});
    expect([header(answer, 'Knownleader'), header(answer, 'Lastcontact')]).toEqual(['false', '5000']);
  });

  it('is meant by discovery_max_stale where the request says nothing of consistency', async () => {
    const follower = new Follower();
    await get(follower, '/v1/catalog/nodes', {discoveryMaxStaleNs: 4 * second});
    expect(follower.asked.splice(0)).toEqual(['follower', 'leader']);
    await get(follower, '/v1/catalog/nodes', {discoveryMaxStaleNs: 6 * second});
    expect(follower.asked.splice(0)).toEqual(['follower']);
    await get(follower, '/v1/catalog/nodes?stale', {discoveryMaxStaleNs: 4 * second});
    expect(follower.asked.splice(0)).toEqual(['follower']);
    await get(follower, '/v1/catalog/nodes?leader', {discoveryMaxStaleNs: 4 * second});
    expect(follower.asked.splice(0)).toEqual(['leader']);
  });
});

describe('DNS', () => {
  const lookupsOf = (router: Router, maxStaleSeconds: number): CatalogLookups =>
    new CatalogLookups({router, datacenter: 'dc1', token: () => '', allowStale: true, maxStaleNs: maxStaleSeconds * second, mayServeKept: () => true, logger: silentLogger});
  const web = {service: 'web', tag: '', kind: 'service', datacenter: 'dc1', peer: ''} as const;

  it('asks the leader where an answer is older than dns_config.max_stale', async () => {
    const follower = new Follower();
    await lookupsOf(follower, 6).services(web);
    expect(follower.asked.splice(0)).toEqual(['follower']);
    await lookupsOf(follower, 4).services(web);
    await lookupsOf(follower, 4).node('n1', {datacenter: 'dc1', peer: ''});
    expect(follower.asked).toEqual(['follower', 'leader', 'follower', 'leader']);
  });
});

describe('without a leader', () => {
  async function alone(): Promise<Follower> {
    const follower = await Follower.withWeb();
    follower.hasLeader = false;
    return follower;
  }

  it.each(['/v1/catalog/services?cached', '/v1/catalog/service/web?cached', '/v1/health/service/web?cached', '/v1/health/service/web?index=1'])('%s is answered', async (url) => {
    const answer = await get(await alone(), url);
    expect(answer.status).toBe(200);
    expect(header(answer, 'Effective-Consistency')).toBe('leader');
  });

  it('cached means nothing where http_config.use_cache is false', async () => {
    expect(await get(await alone(), '/v1/catalog/services?cached', {ignoresCached: true})).toMatchObject({status: 500, body: 'No cluster leader'});
    expect((await get(new Follower(), '/v1/catalog/services?cached&consistent', {ignoresCached: true})).status).toBe(200);
  });

  it('health that comes from a stream says nothing of how old it is', async () => {
    const answer = await get(await alone(), '/v1/health/service/web?index=1');
    expect([header(answer, 'Query-Backend'), header(answer, 'Knownleader'), header(answer, 'Lastcontact')]).toEqual(['streaming', 'false', '0']);
  });

  it.each(['nodes', 'node/n1', 'services'])('the UI gets its %s from any server', async (page) => {
    const follower = await alone();
    expect((await get(follower, `/v1/internal/ui/${page}`)).body).not.toBe('No cluster leader');
    expect(follower.asked).toEqual(['leader', 'follower']);
    expect(await get(await alone(), `/v1/internal/ui/${page}?consistent`)).toMatchObject({status: 500, body: 'No cluster leader'});
  });
});
