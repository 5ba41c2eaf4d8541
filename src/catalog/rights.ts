import {type Authorizer, filterLong} from '../acl/authorizer.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {isSliced, type Sliced} from '../runtime/slices.ts';
import {type HealthCheck} from './schema.ts';

/** An instance is seen by who may read its node and its service. */
export function mayReadService(authorizer: Authorizer, node: string, service: string): boolean {
  return authorizer.allows('node', 'read', node) && authorizer.allows('service', 'read', service);
}

/** A check of a node is seen by who may read the node, one of an instance by who may read that. */
export function mayReadCheck(authorizer: Authorizer, {Node, ServiceName}: HealthCheck): boolean {
  return ServiceName === '' ? authorizer.allows('node', 'read', Node) : mayReadService(authorizer, Node, ServiceName);
}

/** An outcome without what the authorizer hides. */
export function* allowedOnly<T>(
  asked: QueryOutcome<readonly T[]> | Sliced<QueryOutcome<readonly T[]>>, allows: (element: T) => boolean): Sliced<QueryOutcome<readonly T[]>> {
  const outcome = isSliced(asked) ? yield* asked : asked;
  const {kept, dropped} = yield* filterLong(outcome.value, allows);
  return {...outcome, value: kept, filtered: dropped};
}
