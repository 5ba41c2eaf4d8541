import {type Neighbours} from '../fsm/apply-context.ts';
import {releaseLocks} from '../kv/commands.ts';

/**
 * What ripples from one domain to another, in Consul's order. The catalog and the sessions have not come yet
 * (docs/compatibility.md): there is no node, no check and no session to be found.
 */
export const cascades: Neighbours = {
  sessionExists: () => false,
  nodeExists: () => false,
  checkState: () => undefined,
  nodeDeleted: () => undefined,
  checkFailed: () => undefined,
  sessionCreated: () => undefined,
  sessionEnded: (context, session) => void releaseLocks(context, session.id, session.behavior),
};
