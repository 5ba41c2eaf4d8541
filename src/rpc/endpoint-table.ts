import {type Endpoint} from './endpoint.ts';
import {RpcRejectedError} from './net/rpc-error.ts';

/** The methods that this process answers, by name. */
export class EndpointTable {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #receivers = new Set<string>();

  /** Adds endpoints; their names are unique. */
  add(endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) {
      const {name} = endpoint.method;
      if (this.#endpoints.has(name)) throw new Error(`two endpoints have the name ${name}`);
      this.#endpoints.set(name, endpoint);
      this.#receivers.add(name.slice(0, name.lastIndexOf('.')));
    }
  }

  get(name: string): Endpoint | undefined {
    return this.#endpoints.get(name);
  }

  /** What Go's net/rpc says of a name that is not in the table (rpc-raft.md §5). */
  unknown(name: string): RpcRejectedError {
    const dot = name.lastIndexOf('.');
    if (dot < 0) return new RpcRejectedError(`rpc: service/method request ill-formed: ${name}`);
    const what = this.#receivers.has(name.slice(0, dot)) ? 'method' : 'service';
    return new RpcRejectedError(`rpc: can't find ${what} ${name}`);
  }
}
