import {type Clock} from '../../runtime/clock.ts';
import {pause} from '../../runtime/pause.ts';
import {type Logger} from '../../runtime/logger.ts';
import {formatGoDuration} from '../../schema/go-duration.ts';

export interface RetryJoinOptions {
  readonly pool: 'LAN' | 'WAN';
  readonly addresses: readonly string[];
  readonly intervalMs: number;
  /** Tries after the first; 0: for ever. */
  readonly retriesMax: number;
  readonly join: (addresses: readonly string[]) => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Discovery through the interface of a cloud (`provider=aws …`). */
const cloudDiscovery = /(^|\s)provider=/;

/**
 * Joins until it worked once (config.md, `retry_join`).
 * @throws Error when the first try and all further ones were in vain: the agent is to end
 */
export async function retryJoin({pool, addresses, intervalMs, retriesMax, join, clock, logger, signal}: RetryJoinOptions): Promise<void> {
  if (addresses.length === 0) return;
  const named = {cluster: pool};
  logger.info('Joining cluster...', named);
  const plain = addresses.filter((address) => !cloudDiscovery.test(address));
  for (const address of addresses) {
    if (!plain.includes(address)) logger.error('Cannot discover address', {...named, address, error: 'discovery by a provider is not supported; give IP addresses or DNS names'});
  }
  for (let retry = 0; !signal.aborted; retry++) {
    try {
      if (plain.length === 0) throw new Error('No servers to join');
      const agents = await joinAloud(plain, {pool, join, logger});
      logger.info('Join cluster completed. Synced with initial agents', {...named, num_agents: agents});
      return;
    } catch (error) {
      if (retriesMax > 0 && retry === retriesMax) throw new Error(`agent: max join ${pool} retry exhausted, exiting`, {cause: error});
      logger.warn('Join cluster failed, will retry', {...named, retry_interval: formatGoDuration(intervalMs * 1e6), error});
    }
    await pause(clock, intervalMs, signal);
  }
}

async function joinAloud(addresses: readonly string[], {pool, join, logger}: Pick<RetryJoinOptions, 'pool' | 'join' | 'logger'>): Promise<number> {
  logger.info(`(${pool}) joining`, {[`${pool.toLowerCase()}_addresses`]: addresses});
  try {
    const agents = await join(addresses);
    logger.info(`(${pool}) joined`, {number_of_nodes: agents});
    return agents;
  } catch (error) {
    logger.warn(`(${pool}) couldn't join`, {number_of_nodes: 0, error});
    throw error;
  }
}
