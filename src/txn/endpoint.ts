import {type TokenResolver, type Authorizer} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type LeadershipView} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {QueryMeta} from '../schema/rpc-common.ts';
import {type Store} from '../store/store.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {txnApply, txnRead} from './methods.ts';
import {mayRead, preparedOperation} from './operation-rights.ts';
import {runRead} from './read-operations.ts';
import {type TxnError, type TxnOp, TxnRequest, type TxnResponse, type TxnResult} from './schema.ts';

export interface TxnEndpointOptions {
  readonly store: Store;
  readonly proposer: Proposer;
  readonly resolver: TokenResolver;
  readonly leadership: LeadershipView;
  readonly isLockDelayed: (key: ByteString) => boolean;
}

/** Txn.* of port 8300 (rpc-raft.md §8, §9). */
export function txnEndpoints(options: TxnEndpointOptions): readonly Endpoint[] {
  const {store, proposer, resolver, leadership} = options;
  return [
    endpoint(txnApply, async (request) => {
      const authorizer = await resolver.resolve(request.Token);
      const {ops, errors} = prepare(options, authorizer, request.Ops ?? []);
      if (errors.length > 0) return {Results: null, Errors: errors};
      const result = await proposer.propose(8, TxnRequest, {...request, Ops: ops});
      if (result instanceof ConsulError) throw result;
      // What a transaction's command returns is its response (./commands.ts).
      return readable(authorizer, result as TxnResponse);
    }),
    endpoint(txnRead, async (request) => {
      const authorizer = await resolver.resolve(request.Token);
      const {ops, errors} = prepare(options, authorizer, request.Ops ?? []);
      if (errors.length > 0) return {Results: null, Errors: errors, ...QueryMeta.zero()};
      const {knownLeader, lastContactNs} = leadership;
      const meta = QueryMeta.make({Index: 1, LastContact: lastContactNs, KnownLeader: knownLeader});
      const found = run(store, ops);
      const seen = readable(authorizer, found);
      const isFiltered = request.Token !== '' && seen.Results?.length !== found.Results?.length;
      return {...seen, ...meta, ResultsFilteredByACLs: isFiltered};
    }),
  ];
}

/** All that is wrong with the operations before any of them is run. */
function prepare({store, isLockDelayed}: TxnEndpointOptions, authorizer: Authorizer, given: readonly TxnOp[]): {ops: TxnOp[]; errors: TxnError[]} {
  const ops: TxnOp[] = [];
  const errors: TxnError[] = [];
  const view = store.view();
  for (const [OpIndex, op] of given.entries()) {
    try {
      ops.push(preparedOperation(op, authorizer, view, isLockDelayed));
    } catch (error) {
      if (!(error instanceof ConsulError)) throw error;
      errors.push({OpIndex, What: error.message});
    }
  }
  return {ops, errors};
}

function run(store: Store, ops: readonly TxnOp[]): TxnResponse {
  const view = store.view();
  const results: TxnResult[] = [];
  const errors: TxnError[] = [];
  for (const [OpIndex, op] of ops.entries()) {
    const outcome = runRead(view, op) ?? new ConsulError('a read-only transaction cannot write');
    if (outcome instanceof ConsulError) errors.push({OpIndex, What: outcome.message});
    else results.push(...outcome);
  }
  return errors.length === 0 ? {Results: results, Errors: null} : {Results: null, Errors: errors};
}

function readable(authorizer: Authorizer, response: TxnResponse): TxnResponse {
  return {Results: response.Results?.filter((result) => mayRead(authorizer, result)) ?? null, Errors: response.Errors};
}
