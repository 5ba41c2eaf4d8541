import {checkOf} from '../catalog/check-commands.ts';
import {nodeByName} from '../catalog/node-commands.ts';
import {hasInstances} from '../catalog/service-commands.ts';
import {sessionChecksOf, setCheckStatus} from '../catalog/session-checks.ts';
import {deleteCoordinates} from '../coordinate/state.ts';
import {type ApplyContext, type Neighbours} from '../fsm/apply-context.ts';
import {releaseLocks} from '../kv/commands.ts';
import {deleteQueriesOfSession} from '../query/commands.ts';
import {type Sliced} from '../runtime/slices.ts';
import {endSession} from '../session/commands.ts';
import {sessionOf, sessionsOfCheck, sessionsOfNode} from '../session/state.ts';

/** What ripples from one domain to another, in Consul's order: node → checks → sessions → locks (http-core.md §14.5, §21.3). */
export const cascades: Neighbours = {
  sessionExists: (tx, id) => sessionOf(tx, id) !== undefined,
  nodeExists: (tx, node) => nodeByName(tx, node) !== undefined,
  hasInstances: (tx, service) => hasInstances(tx, service),
  checkState: (tx, node, checkId) => {
    const check = checkOf(tx, node, checkId);
    return check === undefined ? undefined : {status: check.Status, type: check.Type};
  },
  *nodeDeleted(context, node) {
    deleteCoordinates(context, node);
    yield* endAll(context, sessionsOfNode(context.tx, node));
  },
  checkFailed: (context, node, checkId) => endAll(context, sessionsOfCheck(context.tx, node, checkId)),
  *sessionCreated(context, {ID, Name, Node}) {
    for (const check of sessionChecksOf(context.tx, Node, Name)) yield* setCheckStatus(context, check, 'passing', `Session '${ID}' in force`);
  },
  *sessionEnded(context, {ID, Behavior}) {
    const released = yield* releaseLocks(context, ID, Behavior);
    deleteQueriesOfSession(context, ID);
    return released;
  },
  sessionChecks: (tx, {Name, Node}) => sessionChecksOf(tx, Node, Name).map(({CheckID}) => CheckID),
  *sessionChecksFail(context, {ID, Name, Node}) {
    for (const check of sessionChecksOf(context.tx, Node, Name)) yield* setCheckStatus(context, check, 'critical', `Session '${ID}' is invalid`);
  },
};

function* endAll(context: ApplyContext, sessions: readonly {readonly ID: string}[]): Sliced<void> {
  for (const {ID} of sessions) yield* endSession(context, ID);
}
