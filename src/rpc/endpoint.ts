import {type Method} from './method.ts';

export type EndpointHandler<Req, Res> = (request: Req, signal: AbortSignal | undefined) => Promise<Res> | Res;

/** A method and what answers it. The types are checked where it is made; the table only carries it. */
export interface Endpoint {
  readonly method: Method<unknown, unknown>;
  readonly handle: EndpointHandler<unknown, unknown>;
}

/** Ties a handler to its method. */
export function endpoint<Req, Res>(method: Method<Req, Res>, handle: EndpointHandler<Req, Res>): Endpoint {
  return {method: method, handle: handle as EndpointHandler<unknown, unknown>};
}
