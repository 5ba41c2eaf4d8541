import {type Authorizer} from '../../src/acl/authorizer.ts';
import {allowAll} from '../../src/acl/fixed-authorizers.ts';
import {catalogEndpoints} from '../../src/catalog/catalog-endpoint.ts';
import {healthEndpoints} from '../../src/catalog/health-endpoint.ts';
import {catalogDeregister, catalogRegister} from '../../src/catalog/methods.ts';
import {DeregisterRequest, RegisterRequest} from '../../src/catalog/schema.ts';
import {BlockingReader} from '../../src/rpc/blocking-reader.ts';
import {type Method} from '../../src/rpc/method.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {Registry} from '../server/registry.ts';
import {loneLeaderRouter} from '../server/lone-leader-router.ts';

/** A leading server that answers Catalog.* and Health.*. Tokens are the names of authorizers; none may do all. */
export class CatalogServer {
  readonly clock = new SimulatedClock();
  readonly registry = new Registry();
  readonly router = loneLeaderRouter(this.clock);

  constructor(authorizers: Readonly<Record<string, Authorizer>> = {}) {
    const {clock, registry} = this;
    const {store} = registry;
    const resolver = {resolve: (secret: string) => authorizers[secret] ?? allowAll};
    const leadership = {knownLeader: true, lastContactNs: 0};
    const times = {defaultQueryTimeMs: 300_000, maxQueryTimeMs: 600_000};
    const reader = new BlockingReader({store, resolver, leadership, clock, random: seededRandom(1), ...times});
    const shared = {reader, kept: new KeptAnswers(), near: {sort: <T>(_source: unknown, items: readonly T[]) => items}};
    const writes = {store, proposer: registry, resolver, datacenters: () => ['dc1']};
    this.router.serve([...catalogEndpoints({...shared, ...writes}), ...healthEndpoints(shared)]);
  }

  call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res> {
    return this.router.call(method, request, signal);
  }

  /** Registers what the body of `/v1/catalog/register` says. */
  async register(body: object, Token = ''): Promise<void> {
    await this.call(catalogRegister, {...RegisterRequest.fromJson(JSON.stringify(body)), Datacenter: 'dc1', Token});
  }

  async deregister(body: object, Token = ''): Promise<void> {
    await this.call(catalogDeregister, {...DeregisterRequest.fromJson(JSON.stringify(body)), Datacenter: 'dc1', Token});
  }
}
