import {type Clock} from './clock.ts';

/**
 * Resolves when the listener is called, after `ms`, or when `signal` ends the wait: at once where it has already. Nothing
 * is left behind of the two that did not come.
 * @param subscribe begins to listen, and returns what ends that
 */
export function waitFor(subscribe: (listener: () => void) => () => void, clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      unsubscribe();
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const unsubscribe = subscribe(done);
    const timer = clock.setTimer(ms, done);
    signal?.addEventListener('abort', done, {once: true});
  });
}
