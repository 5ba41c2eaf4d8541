import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {type Router} from '../../rpc/router.ts';
import {type Gauge} from '../../runtime/metrics.ts';
import {type SnapshotExchange} from '../../rpc/snapshot-exchange.ts';

/** Numbers about one part of the agent, as texts by name. */
export type Stats = Readonly<Record<string, string>>;

/** What an agent stands on: the replicated state in this process, or the way to servers that have it. */
export interface AgentCore {
  readonly router: Router;
  readonly snapshots: SnapshotExchange;
  /** True while answers that were kept may be given again: only where the state itself is, and is the newest. */
  readonly open: boolean;
  /** @throws what kept it from starting */
  start(): Promise<void>;
  /** Puts into effect what of another configuration can be: the limits of requests. */
  reload(config: RuntimeConfig): void;
  /** The agent is about to leave: leadership is given away. */
  leave(): Promise<void>;
  /** The pools know that the agent has left: resolves when nothing waits for it any more. */
  left(): Promise<void>;
  close(): Promise<void>;
  /** Its parts of `Stats` in `/v1/agent/self`: `consul`, and on servers `raft`. */
  stats(): Readonly<Record<string, Stats>>;
  gauges(): readonly Gauge[];
}
