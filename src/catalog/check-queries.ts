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

/** Checks of a service's instances. */
export function checksOfService(query: Query, service: string, filters: MetaFilters): QueryOutcome<readonly HealthCheck[]> {
  return withMeta(query, query.byIndex(Checks, 'service').prefix(foldedPrefix(service)), filters);
}

/** Checks in a state; `any` is every state. */
export function checksInState(query: Query, state: string, filters: MetaFilters): QueryOutcome<readonly HealthCheck[]> {
  return withMeta(query, state === 'any' ? query.all(Checks) : query.byIndex(Checks, 'status').prefix(foldedPrefix(state)), filters);
}

/** With node metadata asked for, the answer also moves with the nodes. */
function withMeta(query: Query, checks: OrderedRange<HealthCheck>, filters: MetaFilters): QueryOutcome<readonly HealthCheck[]> {
  if (filters === null || filters.size === 0) return {value: checks.toArray(), index: query.index(indexNames.checks)};
  const value = checks.toArray().filter(({Node}) => hasMeta(nodeByName(query, Node), filters));
  return {value, index: query.index(indexNames.checks, indexNames.nodes)};
}
