import {type Clock} from './clock.ts';
import {waitFor} from './wait-for.ts';

const nothing = (): (() => void) => () => undefined;

/** Resolves after `ms`, or when `signal` ends the wait: at once where it has already. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return waitFor(nothing, clock, ms, signal);
}
