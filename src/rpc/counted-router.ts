import {type Meter, type MetricSink} from '../runtime/metrics.ts';
import {type Method} from './method.ts';
import {type Router} from './router.ts';

/** Counts the requests of this agent, as `client.rpc`. */
export class CountedRouter implements Router {
  readonly #inner: Router;
  readonly #calls: Meter;

  constructor(inner: Router, metrics: MetricSink) {
    this.#inner = inner;
    this.#calls = metrics.counter('client.rpc');
  }

  call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res> {
    this.#calls.add(1);
    return this.#inner.call(method, request, signal);
  }
}
