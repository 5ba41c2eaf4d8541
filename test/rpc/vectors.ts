import {readFileSync} from 'node:fs';

export interface RpcVector {
  readonly method: string;
  readonly requestHeaderHex: string;
  readonly requestBodyHex: string;
  readonly responseHeaderHex: string;
  readonly responseBodyHex: string;
  readonly error: string;
}

/** Calls captured between real agents (rpc-raft.md §21). */
export const vectors = JSON.parse(readFileSync(new URL('../vectors/rpc-raft-vectors.json', import.meta.url), 'utf8')) as {
  readonly rpc: readonly RpcVector[];
  readonly rpc_errors: readonly RpcVector[];
};
