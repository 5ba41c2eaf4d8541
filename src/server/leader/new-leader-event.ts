import {type Logger} from '../../runtime/logger.ts';
import {type ByteString, byteStringOf} from '../../wire/byte-string.ts';
import {type LeaderDuty} from './leader-duty.ts';

/** The Serf event that tells all agents of a new leader. */
export const newLeaderEvent = 'consul:new-leader';

/** A new leader says so to the pool: agents then sync in full, as writes may have been lost on the way to the old one. */
export function announceLeadership(nodeName: string, fire: (name: string, payload: ByteString) => Promise<void>, logger: Logger): LeaderDuty {
  return {
    gained: () => {
      fire(newLeaderEvent, byteStringOf(Buffer.from(nodeName))).catch((error: unknown) => logger.error('failed to broadcast new leader event', {error}));
    },
    lost: () => undefined,
  };
}
