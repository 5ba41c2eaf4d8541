import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {CountedRouter} from '../../rpc/counted-router.ts';
import {type NodeTls} from '../../rpc/net/node-tls.ts';
import {type Router} from '../../rpc/router.ts';
import {type Gauge, type MetricSink} from '../../runtime/metrics.ts';
import {type BucketSize} from '../../rpc/token-bucket.ts';
import {type SnapshotExchange} from '../../rpc/snapshot-exchange.ts';
import {systemRandom} from '../../runtime/random.ts';
import {systemClock} from '../../runtime/system-clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {ClientPort} from '../../server/client-port.ts';
import {type AgentPools} from '../gossip/agent-pools.ts';
import {type AgentCore, type Stats} from './agent-core.ts';
import {callTimesOf} from './call-times-of.ts';

/** A client agent: it holds no state, and asks the servers that gossip knows. */
export class ClientCore implements AgentCore {
  readonly router: Router;
  readonly #port: ClientPort;
  #config: RuntimeConfig;
  /** The only answers that a client agent keeps are those of its views, which tell when they change. */
  readonly open = true;

  constructor(config: RuntimeConfig, pools: AgentPools, tls: NodeTls, metrics: MetricSink, logger: Logger) {
    this.#config = config;
    const {host} = config.network.rpcBind;
    this.#port = new ClientPort({
      datacenter: config.datacenter,
      ...(host !== '0.0.0.0' && host !== '::' && {sourceAddress: host}),
      tls,
      lan: pools.lan,
      times: callTimesOf(() => this.#config),
      rate: rateOf(config),
      streaming: config.useStreamingBackend,
      clock: systemClock,
      random: systemRandom,
      logger,
    });
    this.router = new CountedRouter(this.#port.router, metrics);
  }

  get snapshots(): SnapshotExchange {
    return this.#port;
  }

  start(): Promise<void> {
    this.#port.start();
    return Promise.resolve();
  }

  reload(config: RuntimeConfig): void {
    this.#config = config;
    this.#port.limitCalls(rateOf(config));
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  left(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#port.close();
    return Promise.resolve();
  }

  stats(): Readonly<Record<string, Stats>> {
    const {acl} = this.#config;
    return {consul: {acl: acl.enabled ? 'enabled' : 'disabled', known_servers: String(this.#port.servers.servers.length), server: 'false'}};
  }

  gauges(): readonly Gauge[] {
    return [];
  }
}

function rateOf({limits}: RuntimeConfig): BucketSize {
  return {perSecond: limits.rpcRatePerSecond, burst: limits.rpcMaxBurst};
}
