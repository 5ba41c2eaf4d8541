import {tryGoDuration} from '../../schema/go-duration.ts';

/**
 * How long a member that failed or left wants to be remembered, in ms, as its tag `rc_tm` says (a client's
 * `advertise_reconnect_timeout`, gossip.md §15.7); undefined: as long as the pool remembers others.
 */
export function ownReapMs(tags: Readonly<Record<string, string>>): number | undefined {
  const timeoutNs = tryGoDuration(tags['rc_tm'] ?? '');
  return typeof timeoutNs === 'number' && timeoutNs !== 0 ? timeoutNs / 1e6 : undefined;
}
