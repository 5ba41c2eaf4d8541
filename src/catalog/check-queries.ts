import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type OrderedRange} from '../store/ordered-range.ts';
import {type Query} from '../store/query.ts';
import {nodeByName} from './node-commands.ts';
import {hasMeta, type MetaFilters} from './node-queries.ts';
import {type HealthCheck} from './schema.ts';
import {Checks, foldedPrefix, indexNames} from './tables.ts';

/** Checks of a node and of what runs on it. */
export function checksOfNode(query: Query, node: string): QueryOutcome<readonly HealthCheck[]> {
  return {value: query.prefix(Checks, foldedPrefix(node)).toArray(), index: query.index(indexNames.checks)};
}

/** Checks of a service's instances. With node metadata asked for, the index also moves with the nodes. */
export function checksOfService(query: Query, service: string, filters: MetaFilters): QueryOutcome<readonly HealthCheck[]> {
  const outcome = withMeta(query, query.byIndex(Checks, 'service').prefix(foldedPrefix(service)), filters);
  return filters === null ? outcome : {...outcome, index: query.index(indexNames.checks, indexNames.nodes)};
}

/** Checks in a state; `any` is every state. */
export function checksInState(query: Query, state: string, filters: MetaFilters): QueryOutcome<readonly HealthCheck[]> {
  return withMeta(query, state === 'any' ? query.all(Checks) : query.byIndex(Checks, 'status').prefix(foldedPrefix(state)), filters);
}

function withMeta(query: Query, checks: OrderedRange<HealthCheck>, filters: MetaFilters): QueryOutcome<readonly HealthCheck[]> {
  const all = checks.toArray();
  const isAll = filters === null || filters.size === 0;
  const value = isAll ? all : all.filter(({Node}) => hasMeta(nodeByName(query, Node), filters));
  return {value, index: query.index(indexNames.checks)};
}
