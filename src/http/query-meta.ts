import {type Answer} from './answer.ts';
import {type ApiRequest} from './api-request.ts';
import {type ReadDefaults} from './query-options.ts';

/** What a read answer says of itself, as it travels on 8300 (rpc-raft.md §20). LastContact is in nanoseconds. */
export interface ReadMeta {
  Index: number;
  LastContact: number;
  KnownLeader: boolean;
  ConsistencyLevel: string;
  Backend: number;
  ResultsFilteredByACLs: boolean;
}

/** QueryMeta of an answer that never came: what Consul still sends beside an error (http-core.md §1.4). */
export const noMeta: ReadMeta = {
  Index: 0,
  LastContact: 0,
  KnownLeader: false,
  ConsistencyLevel: '',
  Backend: 0,
  ResultsFilteredByACLs: false,
};

const filteredHeader: readonly [string, string] = ['X-Consul-Results-Filtered-By-Acls', 'true'];

/** What an agent's own list says when something was left out. Who came without a token is not told (acl.md §9). */
export function filteredHeaders(request: ApiRequest, defaults: ReadDefaults, dropped: boolean): NonNullable<Answer['headers']> {
  return dropped && (request.token || defaults.token()) !== '' ? [filteredHeader] : [];
}

/** The X-Consul-… headers of a read. Index 0 is shown as 1, so that no client spins on it. */
export function metaHeaders(meta: ReadMeta): NonNullable<Answer['headers']> {
  const headers: (readonly [string, string])[] = [
    ['X-Consul-Index', String(Math.max(1, meta.Index))],
    ['X-Consul-Knownleader', String(meta.KnownLeader)],
    ['X-Consul-Lastcontact', String(Math.trunc(meta.LastContact / 1e6))],
    ['X-Consul-Query-Backend', meta.Backend === 1 ? 'streaming' : 'blocking-query'],
  ];
  if (meta.ConsistencyLevel !== '') headers.push(['X-Consul-Effective-Consistency', meta.ConsistencyLevel]);
  if (meta.ResultsFilteredByACLs) headers.push(filteredHeader);
  return headers;
}
