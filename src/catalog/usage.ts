import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Query} from '../store/query.ts';
import {prefixEnd} from '../store/ordered-search.ts';
import {type Reader} from '../store/reader.ts';
import {foldedPrefix, indexNames, Nodes, Services} from './tables.ts';

/** Kinds that are counted one by one, beside `connect-native`, which is a trait of ordinary services. */
const meshKinds = ['api-gateway', 'connect-proxy', 'ingress-gateway', 'mesh-gateway', 'terminating-gateway'] as const;

/** How much a catalog holds. */
export interface CatalogUsage {
  readonly nodes: number;
  /** Names of services. */
  readonly services: number;
  readonly instances: number;
  /** Instances that belong to the mesh, by what they are there. */
  readonly meshInstances: ReadonlyMap<string, number>;
  /** Instances of ordinary services other than Consul itself. */
  readonly billableInstances: number;
}

/** Counts the catalog. The index is that of its services: a node alone is not news (seen at 1.21.4). */
export function catalogUsage(query: Query): QueryOutcome<CatalogUsage> {
  const index = query.index(indexNames.services);
  query.index(indexNames.nodes);
  return {value: countsOf(query), index};
}

/** The same counts, of any state of the catalog. */
export function countsOf(reader: Reader): CatalogUsage {
  const byKind = reader.byIndex(Services, 'kind');
  const kinds = meshKinds.map((kind) => [kind, byKind.count(foldedPrefix(kind))] as const);
  const proxies = byKind.count(foldedPrefix('connect-proxy'));
  const meshInstances = new Map<string, number>([...kinds, ['connect-native', reader.byIndex(Services, 'connect').size - proxies]]);
  return {
    nodes: reader.size(Nodes),
    services: nameCount(reader),
    instances: reader.size(Services),
    meshInstances,
    billableInstances: byKind.count(foldedPrefix('typical')) - byKind.count(foldedPrefix('typical', 'consul')),
  };
}

/** Steps from name to name, over however many instances each has. */
function nameCount(reader: Reader): number {
  const byName = reader.byIndex(Services, 'name');
  let count = 0;
  let next = byName.first();
  while (next !== undefined) {
    count++;
    const from = prefixEnd(foldedPrefix(next.Service.Service));
    next = from === undefined ? undefined : byName.range({from}).next().value;
  }
  return count;
}
