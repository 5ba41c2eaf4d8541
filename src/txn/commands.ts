import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command, type SlicedResult} from '../fsm/command.ts';
import {type Fact} from '../fsm/fact.ts';
import {runRead} from './read-operations.ts';
import {type TxnError, TxnRequest, type TxnResponse, type TxnResult} from './schema.ts';
import {runWrite} from './write-operations.ts';

/** Type 8 of the log (rpc-raft.md §15). */
export const txnCommand = command<TxnRequest>({type: 8, name: 'Txn', decode: (body) => TxnRequest.fromMsgpack(body), apply: applyTxn});

/** All operations, each seeing what those before it did; when one fails, none was done. */
function* applyTxn(context: ApplyContext, {Ops}: TxnRequest): SlicedResult {
  const savepoint = context.tx.savepoint();
  const facts: Fact[] = [];
  const attempt: ApplyContext = {...context, emit: (fact) => void facts.push(fact)};
  const results: TxnResult[] = [];
  const errors: TxnError[] = [];
  for (const [OpIndex, op] of (Ops ?? []).entries()) {
    const outcome = runRead(context.tx, op) ?? (yield* runWrite(attempt, op));
    if (outcome instanceof ConsulError) errors.push({OpIndex, What: outcome.message});
    else results.push(...outcome);
  }
  if (errors.length === 0) {
    for (const fact of facts) context.emit(fact);
    return {Results: results, Errors: null} satisfies TxnResponse;
  }
  // What did not happen is not told either: a session that lives on keeps its timer.
  savepoint.rollback();
  return {Results: null, Errors: errors} satisfies TxnResponse;
}
