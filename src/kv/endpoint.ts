import {type Authorizer, demand, filterLong, permissionDenied, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {keptReply} from '../rpc/kept-reply.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type Query} from '../store/query.ts';
import {textOfByteString, type ByteString} from '../wire/byte-string.ts';
import {applyFailed, mustProvideKey, unknownOperation} from './errors.ts';
import {kvsApply, kvsGet, kvsList, kvsListKeys} from './methods.ts';
import {type DirEntry, KvsRequest} from './schema.ts';
import {getEntry, listEntries, listKeys} from './state.ts';

export interface KvEndpointOptions {
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  readonly proposer: Proposer;
  readonly resolver: TokenResolver;
  /** True while a key may not be locked because the session that held it was invalidated a moment ago. */
  readonly isLockDelayed: (key: ByteString) => boolean;
}

/** What may be asked of a key: of others no entry is written, since what a log entry asks every server must know. */
const knownOperations: ReadonlySet<string> = new Set([
  'set', 'delete', 'delete-cas', 'delete-tree', 'cas', 'lock', 'unlock', 'get', 'get-or-empty', 'get-tree', 'check-session', 'check-index', 'check-not-exists',
]);

/** KVS.* of port 8300 (rpc-raft.md §8, §9). */
export function kvEndpoints({reader, kept, proposer, resolver, isLockDelayed}: KvEndpointOptions): readonly Endpoint[] {
  const gets = kept.space<QueryOutcome<DirEntry | undefined>>();
  const lists = kept.space<QueryOutcome<readonly DirEntry[]>>();
  const keyLists = kept.space<QueryOutcome<readonly ByteString[]>>();
  return [
    endpoint(kvsGet, async (request, signal) => {
      const query: Parameters<typeof reader.read<DirEntry | undefined>>[0]['query'] = (q, authorizer) => {
        demand(authorizer, 'key', 'read', textOfByteString(request.Key));
        return getEntry(q, request.Key);
      };
      const read = await reader.read({options: request, space: gets, key: request.Key, query, signal});
      return {Entries: read.value === undefined ? null : [read.value], ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(kvsList, async (request, signal) => {
      const query = function* (q: Query, authorizer: Authorizer): Sliced<QueryOutcome<readonly DirEntry[]>> {
        const outcome = yield* listEntries(q, request.Key);
        const {kept: value, dropped} = yield* filterLong(outcome.value, (entry) => mayRead(authorizer, entry.Key));
        return {...outcome, value, filtered: dropped};
      };
      const read = await reader.read({options: request, space: lists, key: request.Key, query, signal});
      return {Entries: read.value.length === 0 ? null : read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(kvsListKeys, async (request, signal) => {
      const query = function* (q: Query, authorizer: Authorizer): Sliced<QueryOutcome<readonly ByteString[]>> {
        const outcome = yield* listKeys(q, request.Prefix, request.Seperator);
        const {kept: value, dropped} = yield* filterLong(outcome.value, (key) => mayRead(authorizer, key));
        return {...outcome, value, filtered: dropped};
      };
      const key = `${request.Prefix.length}:${request.Prefix}${request.Seperator}`;
      const read = await reader.read({options: request, space: keyLists, key, query, signal});
      return {Keys: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(kvsApply, async (request) => {
      const {Op, DirEnt} = request;
      if (DirEnt.Key === '' && Op !== 'delete-tree') throw mustProvideKey();
      const authorizer = resolver.resolve(request.Token);
      if (!knownOperations.has(Op)) throw unknownOperation(Op);
      mayWrite(authorizer instanceof Promise ? await authorizer : authorizer, Op, DirEnt.Key);
      if (Op === 'lock' && isLockDelayed(DirEnt.Key)) return false;
      const result = await proposer.propose(2, KvsRequest, request);
      if (result instanceof ConsulError) throw applyFailed(result);
      return result === true;
    }),
  ];
}

function mayRead(authorizer: Authorizer, key: ByteString): boolean {
  return authorizer.allows('key', 'read', textOfByteString(key));
}

function mayWrite(authorizer: Authorizer, op: string, key: ByteString): void {
  const name = textOfByteString(key);
  if (op !== 'delete-tree') demand(authorizer, 'key', 'write', name);
  else if (!authorizer.allowsPrefix('key', 'write', name)) throw permissionDenied(authorizer, 'key', 'write', name);
}
