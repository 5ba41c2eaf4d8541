import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command, type SlicedResult} from '../fsm/command.ts';
import {type Sliced} from '../runtime/slices.ts';
import {criticalCheck, invalidBehavior, invalidOperation, missingCheck, missingNode, mustProvideId} from './errors.ts';
import {sessionCreated, sessionEnded} from './facts.ts';
import {type Session, SessionRequest} from './schema.ts';
import {checksOf, firstSessionOfCheck, sessionOf, Sessions} from './state.ts';

/** Type 3 of the log (rpc-raft.md §15). */
export const sessionCommand = command<SessionRequest>({
  type: 3,
  name: 'Session',
  decode: (body) => SessionRequest.fromMsgpack(body),
  apply: applySession,
});

function* applySession(context: ApplyContext, {Op, Session}: SessionRequest): SlicedResult {
  switch (Op) {
    case 'create':
      return yield* createSession(context, Session);
    case 'destroy':
      yield* endSession(context, Session.ID);
      return null;
    default:
      return invalidOperation(Op);
  }
}

/** @returns the session's id */
function* createSession(context: ApplyContext, given: Session): Sliced<string | ConsulError> {
  const {tx, index, neighbours} = context;
  if (given.ID === '') return mustProvideId();
  const session: Session = {...given, Behavior: given.Behavior || 'release', CreateIndex: index, ModifyIndex: index};
  if (session.Behavior !== 'release' && session.Behavior !== 'delete') return invalidBehavior(session.Behavior);
  if (!neighbours.nodeExists(tx, session.Node)) return missingNode();
  for (const id of checksOf(session)) {
    const check = neighbours.checkState(tx, session.Node, id);
    if (check === undefined) return missingCheck(id);
    // A check that follows the session's own life is critical until there is one.
    if (check.status === 'critical' && check.type !== 'session') return criticalCheck(id);
  }
  tx.put(Sessions, session);
  tx.setIndex('sessions', index);
  yield* neighbours.sessionCreated(context, session);
  context.emit(sessionCreated(session));
  return session.ID;
}

/**
 * Ends a session: what it held is let go, what is bound to it goes. Nothing happens when there is none. A check that
 * follows it fails, which ends the sessions bound to that check before the check is written, and so on: a walk with a
 * stack of its own, for such a chain may be as long as a client likes to make it.
 */
export function* endSession(context: ApplyContext, id: string): Sliced<void> {
  const {tx, neighbours} = context;
  const ending: EndedSession[] = [];
  yield* enter(context, sessionOf(tx, id), ending);
  for (let ended = ending.at(-1); ended !== undefined; ended = ending.at(-1)) {
    const {session, checks} = ended;
    const bound = firstOf(checks, (check) => firstSessionOfCheck(tx, session.Node, check));
    if (bound !== undefined) {
      yield* enter(context, bound, ending);
      continue;
    }
    yield* neighbours.sessionChecksFail(context, session);
    ending.pop();
    yield;
  }
}

interface EndedSession {
  readonly session: Session;
  /** Checks that follow it, on its node. */
  readonly checks: readonly string[];
}

function* enter(context: ApplyContext, session: Session | undefined, ending: EndedSession[]): Sliced<void> {
  if (session === undefined) return;
  const {tx, index, neighbours} = context;
  tx.delete(Sessions, Sessions.keyOf(session));
  tx.setIndex('sessions', index);
  context.emit(sessionEnded(session, yield* neighbours.sessionEnded(context, session)));
  ending.push({session, checks: neighbours.sessionChecks(tx, session)});
}

function firstOf<T, R>(list: readonly T[], find: (element: T) => R | undefined): R | undefined {
  for (const element of list) {
    const found = find(element);
    if (found !== undefined) return found;
  }
  return undefined;
}
