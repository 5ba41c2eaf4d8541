import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {bumpTable} from './index-rules.ts';
import {type HealthCheck} from './schema.ts';
import {Checks, foldedPrefix} from './tables.ts';

/** Checks of type `session` on a node that follow sessions of this name (http-core.md §14.5). */
export function sessionChecksOf(reader: Reader, node: string, sessionName: string): readonly HealthCheck[] {
  if (sessionName === '') return [];
  const checks = reader.prefix(Checks, foldedPrefix(node)).toArray();
  return checks.filter(({Type, Definition}) => Type === 'session' && Definition.SessionName === sessionName);
}

/** What the session's life says of the check. Its ModifyIndex stays, as in Consul. */
export function setCheckStatus({tx, index}: ApplyContext, check: HealthCheck, Status: string, Output: string): void {
  tx.put(Checks, {...check, Status, Output});
  bumpTable(tx, index, 'checks');
}
