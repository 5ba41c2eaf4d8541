import {ConsulError} from '../consul-error.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {type ReadDefaults, type ReadOptions} from '../http/query-options.ts';
import {type Router} from '../rpc/router.ts';
import {QuerySource} from '../schema/rpc-common.ts';
import {healthFilter, ServiceSpecificRequest} from './requests.ts';

/** Where a request says that it wants answers sorted by distance: `near`, with `_agent` for this agent's node. */
export function sourceOf(request: ApiRequest, defaults: ReadDefaults, nodeName: string): QuerySource {
  const near = request.query.get('near');
  if (near === '') return QuerySource.zero();
  if (near === '_ip') return QuerySource.make({Datacenter: defaults.datacenter, Node: near, Ip: request.remoteAddress});
  return QuerySource.make({Datacenter: defaults.datacenter, Node: near === '_agent' ? nodeName : near});
}

/** All `node-meta=key:value`; one without a colon has an empty value. Null when there is none. */
export function nodeMetaOf(request: ApiRequest): ReadonlyMap<string, string> | null {
  const pairs = request.query.all('node-meta');
  if (pairs.length === 0) return null;
  return new Map(pairs.map((pair) => {
    const colon = pair.indexOf(':');
    return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
  }));
}

/** What catalog and health endpoints of one service ask for, all but its name. */
export function serviceRequestOf(request: ApiRequest, read: ReadOptions, source: QuerySource): ServiceSpecificRequest {
  const tags = request.query.all('tag');
  if (request.query.get('sg') !== '' || request.query.get('sameness-group') !== '') {
    if (request.query.get('peer') !== '') throw new ConsulError('peer-name and sameness-group are mutually exclusive', 400);
    throw new ConsulError('sameness groups are not supported in consul CE');
  }
  return ServiceSpecificRequest.make({
    ...read,
    Source: source,
    NodeMetaFilters: nodeMetaOf(request),
    ServiceTags: tags.length === 0 ? null : tags,
    TagFilter: tags.length > 0,
    PeerName: request.query.get('peer'),
    MergeCentralConfig: request.query.has('merge-central-config'),
  });
}

/** `passing`: present without a value, or a boolean in Go's spelling. @throws ConsulError 400 */
export function healthFilterOf(request: ApiRequest): number {
  if (!request.query.has('passing')) return healthFilter.all;
  const text = request.query.get('passing');
  if (text === '' || ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return healthFilter.onlyPassing;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return healthFilter.all;
  throw new ConsulError('Invalid value for ?passing', 400);
}

/** What a route of the catalog needs of its agent. */
export interface CatalogRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  /** This agent's node: what `near=_agent` means. */
  readonly nodeName: string;
  readonly bodyBytesMax: number;
  /** Answers from other datacenters show WAN addresses in place of LAN ones. */
  readonly translateWanAddresses: boolean;
  /**
   * Health that Consul's agents answer from an event stream is shown as such, though it comes from the state itself: on a
   * server, where what is answered does not differ (http-core.md §1.4).
   */
  readonly saysStreaming: boolean;
}
