/** What a Serf snapshot file says [gossip.md §14.1]. */
export interface SnapshotState {
  /** Name → `ip:port` of members that were alive. */
  readonly alive: ReadonlyMap<string, string>;
  readonly clock: number;
  readonly eventClock: number;
  readonly queryClock: number;
}

/** Reads a snapshot. A `leave` line forgets all before it, unless members are to be joined again after a leave. */
export function parseSnapshot(text: string, rejoinAfterLeave: boolean, warn: (line: string) => void): SnapshotState {
  const alive = new Map<string, string>();
  const clocks = {clock: 0, 'event-clock': 0, 'query-clock': 0};
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('coordinate: ')) continue;
    const clock = /^(clock|event-clock|query-clock): (\d{1,15})$/.exec(line);
    if (clock !== null) clocks[clock[1] as keyof typeof clocks] = Number(clock[2]);
    else if (line.startsWith('alive: ') && line.lastIndexOf(' ') > 6) alive.set(line.slice(7, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1));
    else if (line.startsWith('not-alive: ')) alive.delete(line.slice(11));
    else if (line !== 'leave') warn(line);
    else if (!rejoinAfterLeave) {
      alive.clear();
      Object.assign(clocks, {clock: 0, 'event-clock': 0, 'query-clock': 0});
    }
  }
  return {alive, clock: clocks.clock, eventClock: clocks['event-clock'], queryClock: clocks['query-clock']};
}

/** A compact snapshot of a state. */
export function formatSnapshot(state: SnapshotState): string {
  const lines = [...state.alive].map(([name, address]) => `alive: ${name} ${address}`);
  lines.push(`clock: ${state.clock}`, `event-clock: ${state.eventClock}`, `query-clock: ${state.queryClock}`);
  return `${lines.join('\n')}\n`;
}
