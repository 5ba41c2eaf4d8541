import {randomUUID} from 'node:crypto';
import {type Authorizer, demand, filterLong, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {keptReply} from '../rpc/kept-reply.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {formatGoDuration, tryGoDuration} from '../schema/go-duration.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type Store} from '../store/store.ts';
import {applyFailed, invalidBehavior, invalidOperation, invalidTtl, mustProvideId, mustProvideNode, ttlOutOfBounds} from './errors.ts';
import {sessionApply, sessionGet, sessionList, sessionNodeSessions, sessionRenew} from './methods.ts';
import {type Session, SessionRequest} from './schema.ts';
import {getSession, listNodeSessions, listSessions, sessionOf} from './state.ts';

export interface SessionEndpointOptions {
  readonly store: Store;
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  readonly proposer: Proposer;
  readonly resolver: TokenResolver;
  /** The shortest TTL that is taken: `session_ttl_min`. */
  readonly ttlMinNs: number;
  /** Starts the TTL of a session anew, on the leader. */
  readonly renew: (session: Session) => void;
}

const ttlMaxNs = 24 * 3600e9;

/** Session.* of port 8300 (rpc-raft.md §8, §9). */
export function sessionEndpoints(options: SessionEndpointOptions): readonly Endpoint[] {
  const {reader, kept, resolver, store} = options;
  const single = kept.space<QueryOutcome<readonly Session[]>>();
  const ofNode = kept.space<QueryOutcome<readonly Session[]>>();
  return [
    endpoint(sessionApply, (request) => apply(options, request)),
    endpoint(sessionGet, async (request, signal) => {
      const id = request.SessionID || request.Session;
      const query: Parameters<typeof reader.read<readonly Session[]>>[0]['query'] = (q, authorizer) => allowed(getSession(q, id), authorizer);
      const read = await reader.read({options: request, space: single, key: `one${id.toLowerCase()}`, query, signal});
      return {Sessions: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(sessionList, async (request, signal) => {
      const query: Parameters<typeof reader.read<readonly Session[]>>[0]['query'] = (q, authorizer) => allowed(listSessions(q), authorizer);
      const read = await reader.read({options: request, space: single, key: 'all', query, signal});
      return {Sessions: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(sessionNodeSessions, async (request, signal) => {
      const query: Parameters<typeof reader.read<readonly Session[]>>[0]['query'] = (q, authorizer) => allowed(listNodeSessions(q, request.Node), authorizer);
      const read = await reader.read({options: request, space: ofNode, key: request.Node.toLowerCase(), query, signal});
      return {Sessions: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(sessionRenew, async (request) => {
      const view = store.view();
      const session = sessionOf(view, request.SessionID || request.Session);
      const meta = {Index: Math.max(1, view.indexOf('sessions')), LastContact: 0, KnownLeader: false, ConsistencyLevel: '', NotModified: false, Backend: 0, ResultsFilteredByACLs: false};
      if (session === undefined) return {Sessions: null, ...meta};
      demand(await resolver.resolve(request.Token), 'session', 'write', session.Node);
      options.renew(session);
      return {Sessions: [session], ...meta};
    }),
  ];
}

async function apply(options: SessionEndpointOptions, request: SessionRequest): Promise<string> {
  const {store, proposer, resolver} = options;
  const {Op, Session} = request;
  if (Session.ID === '' && Op === 'destroy') throw mustProvideId();
  if (Session.Node === '' && Op === 'create') throw mustProvideNode();
  const authorizer = await resolver.resolve(request.Token);
  if (Op === 'destroy') {
    const existing = sessionOf(store.view(), Session.ID);
    if (existing === undefined) return '';
    demand(authorizer, 'session', 'write', existing.Node);
  } else if (Op === 'create') {
    demand(authorizer, 'session', 'write', Session.Node);
    demandValid(Session, options.ttlMinNs);
  } else {
    throw invalidOperation(Op);
  }
  const entry = Op === 'create' ? {...request, Session: {...Session, ID: randomUUID(), Behavior: Session.Behavior || 'release'}} : request;
  const result = await proposer.propose(3, SessionRequest, entry);
  if (result instanceof ConsulError) throw applyFailed(result);
  return typeof result === 'string' ? result : '';
}

function demandValid({Behavior, TTL}: Session, ttlMinNs: number): void {
  if (Behavior !== '' && Behavior !== 'release' && Behavior !== 'delete') throw invalidBehavior(Behavior);
  if (TTL === '') return;
  const ttlNs = tryGoDuration(TTL);
  if (typeof ttlNs !== 'number') throw invalidTtl(TTL, ttlNs.message);
  if (ttlNs !== 0 && (ttlNs < ttlMinNs || ttlNs > ttlMaxNs)) {
    throw ttlOutOfBounds(ttlNs, `${formatGoDuration(ttlMinNs)}=${formatGoDuration(ttlMaxNs)}`);
  }
}

function* allowed(outcome: QueryOutcome<readonly Session[]>, authorizer: Authorizer): Sliced<QueryOutcome<readonly Session[]>> {
  const {kept, dropped} = yield* filterLong(outcome.value, ({Node}) => authorizer.allows('session', 'read', Node));
  return {...outcome, value: kept, filtered: dropped};
}
