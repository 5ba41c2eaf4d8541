import {type Clock} from '../../runtime/clock.ts';
import {pause} from '../../runtime/pause.ts';
import {type Logger} from '../../runtime/logger.ts';

export interface RetryJoinOptions {
  readonly pool: 'LAN' | 'WAN';
  readonly addresses: readonly string[];
  readonly intervalMs: number;
  /** 0: for ever. */
  readonly attemptsMax: number;
  readonly join: (addresses: readonly string[]) => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Joins until it worked once (config.md, `retry_join`).
 * @throws Error when all attempts were in vain: the agent is to end
 */
export async function retryJoin({pool, addresses, intervalMs, attemptsMax, join, clock, logger, signal}: RetryJoinOptions): Promise<void> {
  if (addresses.length === 0) return;
  const named = {cluster: pool};
  logger.info('Joining cluster...', named);
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const agents = await join(addresses);
      logger.info('Join cluster completed. Synced with initial agents', {...named, num_agents: agents});
      return;
    } catch (error) {
      if (attempt === attemptsMax) throw new Error(`agent: max join ${pool} retry exhausted, exiting`, {cause: error});
      logger.warn('Join cluster failed, will retry', {...named, retry_interval: `${intervalMs / 1000}s`, error});
    }
    await pause(clock, intervalMs, signal);
  }
}
