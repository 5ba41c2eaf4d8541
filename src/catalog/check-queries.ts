import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {collect, type Sliced} from '../runtime/slices.ts';
import {type Query} from '../store/query.ts';
import {nodeByName} from './node-commands.ts';
import {hasMeta, type MetaFilters} from './node-queries.ts';
import {type HealthCheck} from './schema.ts';
import {Checks, foldedPrefix, indexNames} from './tables.ts';

/** Checks of a node and of what runs on it. */
export function checksOfNode(query: Query, node: string): Sliced<QueryOutcome<readonly HealthCheck[]>> {
  return withMeta(query, query.prefix(Checks, foldedPrefix(node)), null, query.index(indexNames.checks));
}

/** Checks of a service's instances. With node metadata asked for, the index also moves with the nodes. */
export function checksOfService(query: Query, service: string, filters: MetaFilters): Sliced<QueryOutcome<readonly HealthCheck[]>> {
  const index = filters === null ? query.index(indexNames.checks) : query.index(indexNames.checks, indexNames.nodes);
  return withMeta(query, query.byIndex(Checks, 'service').prefix(foldedPrefix(service)), filters, index);
}

/** Checks in a state; `any` is every state. */
export function checksInState(query: Query, state: string, filters: MetaFilters): Sliced<QueryOutcome<readonly HealthCheck[]>> {
  const checks = state === 'any' ? query.all(Checks) : query.byIndex(Checks, 'status').prefix(foldedPrefix(state));
  return withMeta(query, checks, filters, query.index(indexNames.checks));
}

function* withMeta(query: Query, checks: Iterable<HealthCheck>, filters: MetaFilters, index: number): Sliced<QueryOutcome<readonly HealthCheck[]>> {
  const isAll = filters === null || filters.size === 0;
  return {value: yield* collect(checks, (check) => (isAll || hasMeta(nodeByName(query, check.Node), filters) ? check : undefined)), index};
}
