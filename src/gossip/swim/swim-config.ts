/**
 * The settings of a pool's failure detector and dissemination [gossip.md §6]. Times in milliseconds; an interval of 0 or
 * less turns off what it is the interval of.
 */
export interface SwimConfig {
  readonly tcpTimeoutMs: number;
  readonly indirectChecks: number;
  readonly retransmitMult: number;
  readonly suspicionMult: number;
  readonly suspicionMaxTimeoutMult: number;
  readonly pushPullIntervalMs: number;
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly awarenessMaxMultiplier: number;
  readonly gossipNodes: number;
  readonly gossipIntervalMs: number;
  readonly gossipToTheDeadMs: number;
  /** After this time another address may take a dead node's name; 0: never. */
  readonly deadNodeReclaimMs: number;
  readonly tcpPings: boolean;
}

const shared = {
  retransmitMult: 4,
  suspicionMaxTimeoutMult: 6,
  awarenessMaxMultiplier: 8,
  deadNodeReclaimMs: 0,
  tcpPings: true,
};

/** Serf's LAN settings. */
const lanSwimConfig: SwimConfig = {
  ...shared, tcpTimeoutMs: 10_000, indirectChecks: 3, suspicionMult: 4, pushPullIntervalMs: 30_000,
  probeIntervalMs: 1000, probeTimeoutMs: 500, gossipNodes: 3, gossipIntervalMs: 200, gossipToTheDeadMs: 30_000,
};

/** Serf's WAN settings. */
const wanSwimConfig: SwimConfig = {
  ...shared, tcpTimeoutMs: 30_000, indirectChecks: 3, suspicionMult: 6, pushPullIntervalMs: 60_000,
  probeIntervalMs: 5000, probeTimeoutMs: 3000, gossipNodes: 4, gossipIntervalMs: 500, gossipToTheDeadMs: 60_000,
};

/** Serf's settings for pools on one machine. */
export const localSwimConfig: SwimConfig = {
  ...shared, tcpTimeoutMs: 1000, indirectChecks: 1, retransmitMult: 2, suspicionMult: 3, pushPullIntervalMs: 15_000,
  probeIntervalMs: 1000, probeTimeoutMs: 200, gossipNodes: 3, gossipIntervalMs: 100, gossipToTheDeadMs: 15_000,
};

/** Consul's LAN and WAN pools: Serf's, with dead names free after 30 s and three gossip targets. */
export const consulLanSwimConfig: SwimConfig = {...lanSwimConfig, deadNodeReclaimMs: 30_000};
export const consulWanSwimConfig: SwimConfig = {...wanSwimConfig, deadNodeReclaimMs: 30_000, gossipNodes: 3};
