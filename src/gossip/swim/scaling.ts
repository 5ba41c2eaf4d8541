/** How SWIM's times and counts grow with the pool; vectors `numeric.scaling` of gossip-vectors.json [gossip.md §6.1]. */

/** Shortest time a node stays suspect, in ms, in a pool of `nodes`. */
export function suspicionMinMs(suspicionMult: number, nodes: number, probeIntervalMs: number): number {
  const scale = Math.max(1, Math.log10(Math.max(1, nodes)));
  return (suspicionMult * Math.trunc(scale * 1000) * probeIntervalMs) / 1000;
}

/** How often each member passes a message on. */
export function retransmitLimit(retransmitMult: number, nodes: number): number {
  return retransmitMult * Math.ceil(Math.log10(nodes + 1));
}

/** Time between push/pulls, in ms: longer in pools of more than 32, since the exchanged state grows with the pool. */
export function pushPullIntervalMs(intervalMs: number, nodes: number): number {
  if (nodes <= 32) return intervalMs;
  return intervalMs * (Math.ceil(Math.log2(nodes) - 5) + 1);
}

/**
 * Time left of a suspicion, in ms, by Lifeguard §IV-B: from `maxMs` down to `minMs`, on a logarithm of the independent
 * confirmations. Negative when it is over.
 */
export function suspicionRemainingMs(
  confirmations: number, needed: number, elapsedMs: number, minMs: number, maxMs: number): number {
  const share = needed > 0 ? Math.log(confirmations + 1) / Math.log(needed + 1) : 1;
  const raw = Math.floor(maxMs - (maxMs - minMs) * share);
  return Math.max(minMs, raw) - elapsedMs;
}
