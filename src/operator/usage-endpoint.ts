import {type Authorizer, demand} from '../acl/authorizer.ts';
import {type CatalogUsage, catalogUsage} from '../catalog/usage.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Router} from '../rpc/router.ts';
import {type Logger} from '../runtime/logger.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type Query} from '../store/query.ts';
import {operatorUsage} from './methods.ts';
import {type ServiceUsage, Usage} from './usage-schema.ts';

export interface UsageEndpointOptions {
  readonly datacenter: string;
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  /** All known datacenters, the nearest first. */
  readonly datacenters: () => readonly string[];
  /** Brings the question to the other datacenters. */
  readonly router: Router;
  readonly logger: Logger;
}

/** Operator.Usage of port 8300: what the catalogs hold, in numbers (rpc-raft.md §8). */
export function usageEndpoints({datacenter, reader, kept, datacenters, router, logger}: UsageEndpointOptions): readonly Endpoint[] {
  const space = kept.space<QueryOutcome<CatalogUsage>>();
  return [
    endpoint(operatorUsage, async (request, signal) => {
      const query = (q: Query, authorizer: Authorizer): QueryOutcome<CatalogUsage> => {
        demand(authorizer, 'operator', 'read');
        return catalogUsage(q);
      };
      const {value, meta} = await reader.read({options: request, space, key: '', query, signal});
      const usage = new Map([[datacenter, shown(value)]]);
      const others = request.Global ? datacenters().filter((name) => name !== datacenter) : [];
      // Only this datacenter's index is blocked on: indexes of two logs cannot be compared.
      const asked = {...request, Global: false, MinQueryIndex: 0};
      const replies = await Promise.allSettled(others.map((Datacenter) => router.call(operatorUsage, {...asked, Datacenter}, signal)));
      for (const [at, reply] of replies.entries()) {
        // One that cannot be asked is left out: what is known of the others is no worse for it (seen at 1.21.4).
        if (reply.status === 'rejected') logger.warn('usage of a datacenter is not known', {datacenter: others[at], error: reply.reason as unknown});
        else for (const [name, counts] of reply.value.Usage ?? []) usage.set(name, counts);
      }
      return Usage.make({Usage: usage, ...meta});
    }),
  ];
}

function shown({nodes, services, instances, meshInstances, billableInstances}: CatalogUsage): ServiceUsage {
  return {
    Services: services,
    ServiceInstances: instances,
    ConnectServiceInstances: meshInstances,
    BillableServiceInstances: billableInstances,
    Nodes: nodes,
  };
}
