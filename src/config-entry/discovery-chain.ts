import {ConsulError} from '../consul-error.ts';
import {type ServiceResolverConfigEntry, type ServiceResolverFailover, type ServiceRouterConfigEntry, type ServiceSplitterConfigEntry} from './entries/routing.ts';
import {type ServiceConfigEntry} from './entries/service-defaults.ts';
import {type ProxyConfigEntry} from './entries/proxy-defaults.ts';

/** The entries that say where requests to a service go. Names do not tell capitals from small letters. */
export interface RoutingEntries {
  router(service: string): ServiceRouterConfigEntry | undefined;
  splitter(service: string): ServiceSplitterConfigEntry | undefined;
  resolver(service: string): ServiceResolverConfigEntry | undefined;
  defaults(service: string): ServiceConfigEntry | undefined;
  proxyDefaults(): ProxyConfigEntry | undefined;
}

/** Instances that a chain ends at. */
export interface ChainTarget {
  readonly service: string;
  readonly subset: string;
  readonly datacenter: string;
  readonly peer: string;
}

/** Where requests to a service can end up. */
export interface DiscoveryChain {
  readonly protocol: string;
  /** By id, such as `v1.web.default.default.dc1`. */
  readonly targets: ReadonlyMap<string, ChainTarget>;
  /** Ids of targets that others fail over to. */
  readonly failovers: ReadonlySet<string>;
}

const advancedProtocols = ['http', 'http2', 'grpc'];

/** Whether requests of this protocol can be told apart one by one, so that they can be routed and split. */
export function isHttpLike(protocol: string): boolean {
  return advancedProtocols.includes(protocol);
}

/** A service's own protocol; that of the mesh only when it has no entry of its own, be there a protocol in that or not; else tcp. */
export function protocolOf(entries: Pick<RoutingEntries, 'defaults' | 'proxyDefaults'>, service: string): string {
  const own = entries.defaults(service);
  const protocol = own === undefined ? entries.proxyDefaults()?.Config?.get('protocol') : own.Protocol;
  return typeof protocol === 'string' && protocol !== '' ? protocol : 'tcp';
}

/**
 * Follows routers, splitters and resolvers from a service to where its requests end up (mesh.md §11).
 * @returns an error when the entries contradict each other
 */
export function compileChain(entries: RoutingEntries, service: string, datacenter: string): DiscoveryChain | ConsulError {
  const compiler = new ChainCompiler(entries, service, datacenter);
  try {
    return compiler.compile();
  } catch (error) {
    if (error instanceof ConsulError) return error;
    throw error;
  }
}

class ChainCompiler {
  readonly #entries: RoutingEntries;
  readonly #service: string;
  readonly #datacenter: string;
  readonly #protocol: string;
  readonly #targets = new Map<string, ChainTarget>();
  readonly #failovers = new Set<string>();
  /** Targets whose resolver was looked at. */
  readonly #resolved = new Set<string>();

  constructor(entries: RoutingEntries, service: string, datacenter: string) {
    this.#entries = entries;
    this.#service = service;
    this.#datacenter = datacenter;
    this.#protocol = protocolOf(entries, service);
  }

  compile(): DiscoveryChain {
    const router = this.#entries.router(this.#service);
    if (router !== undefined || this.#entries.splitter(this.#service) !== undefined) this.#demandHttp();
    for (const {Destination} of router?.Routes ?? []) {
      if (Destination === null) continue;
      const name = Destination.Service === '' ? this.#service : Destination.Service;
      if (Destination.ServiceSubset === '') this.#splitOrResolve(name, []);
      else this.#resolve(this.#targetOf(name, Destination.ServiceSubset));
    }
    this.#splitOrResolve(this.#service, []);
    return {protocol: this.#protocol, targets: this.#targets, failovers: this.#failovers};
  }

  #demandHttp(): void {
    if (isHttpLike(this.#protocol)) return;
    throw new ConsulError(
      `discovery chain "${this.#service}" uses a protocol "${this.#protocol}" that does not permit advanced routing or splitting behavior`,
    );
  }

  /** @param path the splitters that led here */
  #splitOrResolve(service: string, path: readonly string[]): void {
    const splitter = this.#entries.splitter(service);
    if (splitter === undefined) {
      this.#resolve(this.#targetOf(service, ''));
      return;
    }
    const node = `splitter:${splitter.Name}.default.default`;
    if (path.includes(node)) throw new ConsulError(`detected circular reference: [${[...path.slice(path.indexOf(node)), node].join(' -> ')}]`);
    this.#demandProtocol(service);
    for (const {Service, ServiceSubset} of splitter.Splits ?? []) {
      const name = Service === '' ? splitter.Name : Service;
      const isElsewhere = name.toLowerCase() !== splitter.Name.toLowerCase();
      if (isElsewhere && ServiceSubset === '') this.#splitOrResolve(name, [...path, node]);
      else this.#resolve(this.#targetOf(name, ServiceSubset));
    }
  }

  #targetOf(service: string, subset: string): ChainTarget {
    return {service, subset, datacenter: this.#datacenter, peer: ''};
  }

  /** Takes a target to the instances that stand for it, and to those that stand in for them. */
  #resolve(start: ChainTarget, isFailover = false): void {
    const target = this.#redirected(start);
    const id = idOf(target);
    this.#targets.set(id, target);
    if (isFailover) this.#failovers.add(id);
    if (target.peer !== '') return;
    const resolver = this.#entries.resolver(target.service);
    this.#checkExternal(target, resolver);
    if (target.subset !== '' && resolver?.Subsets?.has(target.subset) !== true) {
      throw new ConsulError(`service "${target.service}" does not have a subset named "${target.subset}"`);
    }
    // Those that stand in for others have nobody to stand in for them.
    if (isFailover || this.#resolved.has(id)) return;
    this.#resolved.add(id);
    const failover = resolver?.Failover?.get(target.subset) ?? resolver?.Failover?.get('*');
    for (const other of failover === undefined ? [] : failoverTargets(target, failover)) {
      if (idOf(other) !== id) this.#resolve(other, true);
    }
  }

  /** Follows redirects and default subsets. */
  #redirected(start: ChainTarget): ChainTarget {
    const path: string[] = [];
    for (let target = start; ; ) {
      if (target.peer !== '') return target;
      const id = idOf(target);
      if (path.includes(id)) throw new ConsulError(`detected circular resolver redirect: [${[...path, id].join(' -> ')}]`);
      path.push(id);
      this.#demandProtocol(target.service);
      const resolver = this.#entries.resolver(target.service);
      const next = resolver === undefined ? undefined : nextOf(target, resolver);
      if (next === undefined || idOf(next) === id) return target;
      this.#checkExternal(target, resolver);
      target = next;
    }
  }

  #demandProtocol(service: string): void {
    const protocol = protocolOf(this.#entries, service);
    if (protocol === this.#protocol) return;
    throw new ConsulError(
      `discovery chain "${this.#service}" uses inconsistent protocols; service "${service}" has "${protocol}" which is not "${this.#protocol}"`,
    );
  }

  #checkExternal({service}: ChainTarget, resolver: ServiceResolverConfigEntry | undefined): void {
    if (resolver === undefined || (this.#entries.defaults(service)?.ExternalSNI ?? '') === '') return;
    const refuse = (what: string): never => {
      throw new ConsulError(`service "${service}" has an external SNI set; cannot define ${what} for external services`);
    };
    if (resolver.Redirect !== null) refuse('redirects');
    if ((resolver.Subsets?.size ?? 0) > 0) refuse('subsets');
    if ((resolver.Failover?.size ?? 0) > 0) refuse('failover');
  }
}

function idOf({service, subset, datacenter, peer}: ChainTarget): string {
  const name = `${subset === '' ? '' : `${subset}.`}${service}.default.default`;
  return peer === '' ? `${name}.${datacenter}` : `${name}.external.${peer}`;
}

/** Where a resolver sends a target; undefined when it stays where it is. */
function nextOf(target: ChainTarget, {Redirect, DefaultSubset}: ServiceResolverConfigEntry): ChainTarget | undefined {
  if (Redirect !== null) {
    return {
      service: Redirect.Service === '' ? target.service : Redirect.Service,
      subset: Redirect.ServiceSubset,
      datacenter: Redirect.Datacenter === '' ? target.datacenter : Redirect.Datacenter,
      peer: Redirect.Peer,
    };
  }
  return target.subset === '' && DefaultSubset !== '' ? {...target, subset: DefaultSubset} : undefined;
}

function failoverTargets(target: ChainTarget, failover: ServiceResolverFailover): ChainTarget[] {
  const {Service, ServiceSubset, Datacenters, Targets} = failover;
  if ((Targets?.length ?? 0) > 0) {
    return (Targets ?? []).map((other) => ({
      service: other.Service === '' ? target.service : other.Service,
      subset: other.ServiceSubset === '' && other.Service === '' ? target.subset : other.ServiceSubset,
      datacenter: other.Datacenter === '' ? target.datacenter : other.Datacenter,
      peer: other.Peer,
    }));
  }
  const service = Service === '' ? target.service : Service;
  const subset = ServiceSubset === '' && Service === '' ? target.subset : ServiceSubset;
  const datacenters = (Datacenters?.length ?? 0) > 0 ? (Datacenters ?? []) : [target.datacenter];
  return datacenters.map((datacenter) => ({service, subset, datacenter, peer: ''}));
}
