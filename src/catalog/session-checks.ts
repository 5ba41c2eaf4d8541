import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type Reader} from '../store/reader.ts';
import {putCheck} from './check-commands.ts';
import {type HealthCheck} from './schema.ts';
import {Checks, sessionChecksPrefix} from './tables.ts';

/** Checks of type `session` on a node that follow sessions of this name (http-core.md §14.5). */
export function sessionChecksOf(reader: Reader, node: string, sessionName: string): readonly HealthCheck[] {
  if (sessionName === '') return [];
  return reader.byIndex(Checks, 'session').prefix(sessionChecksPrefix(node, sessionName)).toArray();
}

/** What the session's life says of the check. Its ModifyIndex stays, though the index table moves, as in Consul. */
export function setCheckStatus(context: ApplyContext, check: HealthCheck, Status: string, Output: string): Sliced<void> {
  return putCheck(context, {...check, Status, Output});
}
