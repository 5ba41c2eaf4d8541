import {describe, expect, test} from 'vitest';
import {pause} from '../../src/runtime/pause.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {waitFor} from '../../src/runtime/wait-for.ts';

/** Something that listeners wait for. */
class News {
  readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  come(): void {
    for (const listener of this.listeners) listener();
  }
}

describe('a wait', () => {
  const endings: readonly (readonly [how: string, end: (news: News, clock: SimulatedClock, stop: AbortController) => void])[] = [
    ['what is waited for comes', (news) => news.come()],
    ['its time is over', (_, clock) => clock.advance(1000)],
    ['it is given up', (_news, _clock, stop) => stop.abort()],
  ];

  test.each(endings)('ends when %s, and leaves neither timer nor listener behind', async (_, end) => {
    const [news, clock, stop] = [new News(), new SimulatedClock(), new AbortController()];
    const waiting = waitFor(news.subscribe, clock, 1000, stop.signal);
    expect([news.listeners.size, clock.pendingCount]).toEqual([1, 1]);
    end(news, clock, stop);
    await waiting;
    expect([news.listeners.size, clock.pendingCount]).toEqual([0, 0]);
  });

  test('that was given up before it began is none', async () => {
    const [news, clock] = [new News(), new SimulatedClock()];
    await waitFor(news.subscribe, clock, 1000, AbortSignal.abort());
    await pause(clock, 1000, AbortSignal.abort());
    expect([news.listeners.size, clock.pendingCount]).toEqual([0, 0]);
  });
});
