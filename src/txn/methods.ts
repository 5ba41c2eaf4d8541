import {type Method} from '../rpc/method.ts';
import {TxnReadRequest, TxnReadResponse, TxnRequest, TxnResponse} from './schema.ts';

/** Txn.* (rpc-raft.md §8). A transaction that failed is an answer, not an error. */
export const txnApply: Method<TxnRequest, TxnResponse> = {name: 'Txn.Apply', kind: 'write', request: TxnRequest, response: TxnResponse};
export const txnRead: Method<TxnReadRequest, TxnReadResponse> = {name: 'Txn.Read', kind: 'read', request: TxnReadRequest, response: TxnReadResponse};
