import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {PreparedQuery, PreparedQueryRequest} from './schema.ts';
import {PreparedQueries} from './state.ts';

/** Type 7 of the log (rpc-raft.md §15). */
export const queryCommand = command<PreparedQueryRequest>({
  type: 7,
  name: 'PreparedQuery',
  decode: (body) => PreparedQueryRequest.fromMsgpack(body),
  apply: applyQuery,
});

function applyQuery(context: ApplyContext, {Op, Query}: PreparedQueryRequest): unknown {
  const query = Query ?? PreparedQuery.zero();
  switch (Op) {
    case 'create':
    case 'update':
      return setQuery(context, query);
    case 'delete':
      deleteQuery(context, query.ID);
      return null;
    default:
      return new ConsulError(`Invalid PreparedQuery operation '${Op}'`);
  }
}

function setQuery({tx, index, neighbours}: ApplyContext, query: PreparedQuery): ConsulError | null {
  if (query.ID === '') return new ConsulError('Missing Query ID');
  if (query.Session !== '' && !neighbours.sessionExists(tx, query.Session)) return new ConsulError(`invalid session ${JSON.stringify(query.Session)}`);
  const namesake = query.Name === '' ? undefined : tx.byIndex(PreparedQueries, query.Template.Type === '' ? 'name' : 'template').get(query.Name.toLowerCase());
  if (namesake !== undefined && namesake.ID !== query.ID) return new ConsulError(`name '${query.Name}' aliases an existing query name`);
  tx.put(PreparedQueries, {...query, CreateIndex: tx.get(PreparedQueries, query.ID)?.CreateIndex ?? index, ModifyIndex: index});
  tx.setIndex('prepared-queries', index);
  return null;
}

function deleteQuery({tx, index}: ApplyContext, id: string): void {
  if (tx.delete(PreparedQueries, id) !== undefined) tx.setIndex('prepared-queries', index);
}

/** A session ended: queries bound to it go with it (http-core.md §14.5). */
export function deleteQueriesOfSession(context: ApplyContext, sessionId: string): void {
  const bound = context.tx.byIndex(PreparedQueries, 'session').prefix(`${sessionId.toLowerCase()}\0`).toArray();
  for (const {ID} of bound) deleteQuery(context, ID);
}
