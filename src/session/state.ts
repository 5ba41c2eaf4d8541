import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type Session} from './schema.ts';

/** Sessions by id; by node; by each check they are bound to. None of these tells capitals from small letters. */
export const Sessions = defineTable({
  name: 'sessions',
  key: (session: Session) => session.ID.toLowerCase(),
  indexes: {
    node: (session: Session) => `${session.Node.toLowerCase()}\0${session.ID}`,
    check: (session: Session) => [...new Set(checksOf(session).map((check) => `${checkPrefix(session.Node, check)}${session.ID}`))],
  },
});

/** Ids of the checks a session is bound to, each once, in the order in which they are looked at. */
export function checksOf({NodeChecks, ServiceChecks, Checks}: Session): readonly string[] {
  return [...new Set([...(Checks ?? []), ...(NodeChecks ?? []), ...(ServiceChecks ?? []).map(({ID}) => ID)])];
}

/** A session by its id, in any capitals. */
export function sessionOf(reader: Reader, id: string): Session | undefined {
  return reader.get(Sessions, id.toLowerCase());
}

/** Sessions of a node, in any capitals of its name. */
export function sessionsOfNode(reader: Reader, node: string): readonly Session[] {
  return reader.byIndex(Sessions, 'node').prefix(`${node.toLowerCase()}\0`).toArray();
}

/** Sessions that end when the check fails. */
export function sessionsOfCheck(reader: Reader, node: string, checkId: string): readonly Session[] {
  return reader.byIndex(Sessions, 'check').prefix(checkPrefix(node, checkId)).toArray();
}

/** One of them, or none: whether there are any left. */
export function firstSessionOfCheck(reader: Reader, node: string, checkId: string): Session | undefined {
  return reader.byIndex(Sessions, 'check').first(checkPrefix(node, checkId));
}

/** One session, or none. Only its own end or beginning wakes who waits, while the index is the table's (http-core.md §14.4). */
export function getSession(query: Query, id: string): QueryOutcome<readonly Session[]> {
  const session = sessionOf(query, id);
  query.watchRow(Sessions, id.toLowerCase());
  const index = query.indexOf('sessions');
  return session === undefined ? {value: [], index, notFound: true} : {value: [session], index, indexMoves: true};
}

/** All sessions, watched as a whole. */
export function listSessions(query: Query): QueryOutcome<readonly Session[]> {
  return {value: query.all(Sessions).toArray(), index: query.index('sessions')};
}

/** Sessions of one node. As in Consul the index is that of all, so each change of any session wakes who waits. */
export function listNodeSessions(query: Query, node: string): QueryOutcome<readonly Session[]> {
  return {value: sessionsOfNode(query, node), index: query.index('sessions')};
}

function checkPrefix(node: string, checkId: string): string {
  return `${node}\0${checkId}\0`.toLowerCase();
}
