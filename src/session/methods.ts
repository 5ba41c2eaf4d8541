import {type Method} from '../rpc/method.ts';
import {NodeSpecificRequest} from '../schema/rpc-common.ts';
import {str} from '../schema/types.ts';
import {IndexedSessions, SessionRequest, SessionSpecificRequest} from './schema.ts';

/** Session.* (rpc-raft.md §8). */
export const sessionApply: Method<SessionRequest, string> = {name: 'Session.Apply', kind: 'write', request: SessionRequest, response: str};
export const sessionGet: Method<SessionSpecificRequest, IndexedSessions> = {
  name: 'Session.Get', kind: 'read', request: SessionSpecificRequest, response: IndexedSessions};
export const sessionList: Method<SessionSpecificRequest, IndexedSessions> = {
  name: 'Session.List', kind: 'read', request: SessionSpecificRequest, response: IndexedSessions};
export const sessionNodeSessions: Method<NodeSpecificRequest, IndexedSessions> = {
  name: 'Session.NodeSessions', kind: 'read', request: NodeSpecificRequest, response: IndexedSessions};
/** Restarts the TTL of a session, which only the leader counts. */
export const sessionRenew: Method<SessionSpecificRequest, IndexedSessions> = {
  name: 'Session.Renew', kind: 'write', request: SessionSpecificRequest, response: IndexedSessions};
