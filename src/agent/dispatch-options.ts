import {type RuntimeConfig} from '../config/runtime-config.ts';
import {type DispatchOptions} from '../http/dispatcher.ts';
import {NetworkList} from '../http/network-list.ts';
import {type Logger} from '../runtime/logger.ts';
import {type MetricSink} from '../runtime/metrics.ts';

/** The switches of the HTTP API that a configuration sets (http-core.md §1.3), and Consul's lines about each request. */
export function dispatchOptions({acl, http, network, devMode}: RuntimeConfig, logger: Logger, metrics: MetricSink): DispatchOptions {
  return {
    defaultAclPolicy: acl.defaultPolicy === 'deny' ? 'deny' : 'allow',
    responseHeaders: http.responseHeaders,
    translateWanAddresses: network.translateWanAddresses,
    blockEndpoints: http.blockEndpoints,
    allowWriteFrom: http.allowWriteFrom.length > 0 ? new NetworkList(http.allowWriteFrom) : undefined,
    alwaysPretty: devMode,
    metrics,
    log: {
      get showsRequests() {
        return logger.enabled('debug');
      },
      request: (method, url, from, latencyMs) => logger.debug('Request finished', {method, url, from, latency: `${latencyMs.toFixed(3)}ms`}),
      failed: (method, url, from, error) => logger.error('Request error', {method, url, from, error}),
    },
  };
}
