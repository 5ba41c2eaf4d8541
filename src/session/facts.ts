import {type Fact} from '../fsm/fact.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type Session} from './schema.ts';

/** A session came to be: a leader watches over its TTL from now on. */
export interface SessionCreated extends Fact {
  readonly kind: 'session-created';
  readonly session: Session;
}

/** A session ended, for whatever reason; the keys it held cannot be locked again until its lock-delay is over. */
export interface SessionEnded extends Fact {
  readonly kind: 'session-ended';
  readonly session: Session;
  readonly released: readonly ByteString[];
}

/** A session began. */
export function sessionCreated(session: Session): SessionCreated {
  return {kind: 'session-created', session};
}

/** A session ended, for whatever reason. @param released keys whose locks it let go and which stay */
export function sessionEnded(session: Session, released: readonly ByteString[]): SessionEnded {
  return {kind: 'session-ended', session, released};
}

/** Whether it is the first of these facts. */
export function isSessionCreated(fact: Fact): fact is SessionCreated {
  return fact.kind === 'session-created';
}

/** Whether it is the second. */
export function isSessionEnded(fact: Fact): fact is SessionEnded {
  return fact.kind === 'session-ended';
}
