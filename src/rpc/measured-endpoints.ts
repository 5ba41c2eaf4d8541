import {type MetricSink} from '../runtime/metrics.ts';
import {type Endpoint} from './endpoint.ts';

/** What Consul calls the times that these methods take. */
const timed: Readonly<Record<string, string>> = {
  'KVS.Apply': 'kvs.apply',
  'Session.Apply': 'session.apply',
  'Session.Renew': 'session.renew',
  'Txn.Apply': 'txn.apply',
  'Txn.Read': 'txn.read',
  'Catalog.Register': 'catalog.register',
  'Catalog.Deregister': 'catalog.deregister',
  'PreparedQuery.Apply': 'prepared-query.apply',
  'PreparedQuery.Explain': 'prepared-query.explain',
  'PreparedQuery.Execute': 'prepared-query.execute',
};

/** The endpoints, counted as `rpc.request` and `rpc.query`, and timed where Consul does. */
export function measuredEndpoints(endpoints: readonly Endpoint[], metrics: MetricSink): readonly Endpoint[] {
  const requests = metrics.counter('rpc.request');
  const queries = metrics.counter('rpc.query');
  return endpoints.map(({method, handle}): Endpoint => {
    const name = timed[method.name];
    const times = name === undefined ? undefined : metrics.sampler(name);
    return {
      method,
      handle: (request, signal) => {
        requests.add(1);
        if (method.kind === 'read') queries.add(1);
        if (times === undefined) return handle(request, signal);
        const startedMs = performance.now();
        const answer = handle(request, signal);
        const measure = (): void => times.add(performance.now() - startedMs);
        if (!(answer instanceof Promise)) measure();
        // Whoever asked hears of a failure; here only its time counts.
        else answer.then(measure, measure);
        return answer;
      },
    };
  });
}
