import {type Suspicion} from './node-state.ts';
import {suspicionMinMs, suspicionRemainingMs} from './scaling.ts';
import {type SwimContext} from './swim-context.ts';

/**
 * Starts the suspicion of a node: it dies after a long time when we alone accuse it, after a short one when others
 * confirm independently (Lifeguard §IV-B) [gossip.md §7.5].
 * @param accuser the first to accuse; its repeated word confirms nothing
 * @param expire called with the number of confirmations when nothing refuted it in time
 */
export function startSuspicion(
  context: SwimContext, accuser: string, expire: (confirmations: number) => void): Suspicion {
  const {config, nodes} = context;
  const minMs = suspicionMinMs(config.suspicionMult, nodes.size, config.probeIntervalMs);
  const wanted = config.suspicionMult - 2;
  const needed = nodes.size - 2 < wanted ? 0 : Math.max(0, wanted);
  const maxMs = needed > 0 ? minMs * config.suspicionMaxTimeoutMult : minMs;
  const startedAtMs = context.nowMs;
  const accusers = new Set([accuser]);
  let confirmations = 0;
  const expireNow = (): void => expire(confirmations);
  let timer = context.after(maxMs, expireNow);
  return {
    confirm(from, nowMs) {
      if (confirmations >= needed || accusers.has(from)) return false;
      accusers.add(from);
      confirmations++;
      timer.cancel();
      const leftMs = suspicionRemainingMs(confirmations, needed, nowMs - startedAtMs, minMs, maxMs);
      timer = context.after(Math.max(0, leftMs), expireNow);
      return true;
    },
    cancel: () => timer.cancel(),
  };
}
