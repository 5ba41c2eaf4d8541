import {Readable} from 'node:stream';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {metricsIntervalMs} from '../../runtime/metrics.ts';

/**
 * The metrics now, and after each interval, until whoever reads them goes away (http-core.md §7.11). One who has not yet
 * read the last ones gets none in between.
 * @param summary makes them, with their newline
 */
export function metricsStream(summary: () => string, clock: Clock): Readable {
  let timer: Timer | undefined;
  const stream = new Readable({
    read: () => undefined,
    destroy: (error, done) => {
      timer?.cancel();
      done(error);
    },
  });
  const emit = (): void => {
    if (stream.readableLength === 0) stream.push(summary());
    timer = clock.setTimer(metricsIntervalMs, emit);
  };
  emit();
  return stream;
}
