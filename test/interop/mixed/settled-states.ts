import {setTimeout as pause} from 'node:timers/promises';
import {type ComparisonOptions, snapshotRecords, stateDifferences} from './snapshot-records.ts';

const askEveryMs = 500;
const lineCharsMax = 600;

/** Where a state comes from: each time anew from a server, or from a file. */
export interface StateSource {
  readonly name: string;
  /** What GET /v1/snapshot answers. */
  archive(): Promise<Buffer>;
}

export interface SettledStates {
  /** In the first state. */
  readonly records: number;
  /** In what the others differ from the first, as lines of text; empty when all are equal. */
  readonly different: readonly string[];
}

/** Lays states beside the first, again and again until the last entries have reached all of them or the time is over. */
export async function settledStates(sources: readonly StateSource[], options: ComparisonOptions, withinMs: number): Promise<SettledStates> {
  const deadlineMs = performance.now() + withinMs;
  let states = await compare(sources, options);
  while (states.different.length > 0 && performance.now() < deadlineMs) {
    await pause(askEveryMs);
    states = await compare(sources, options);
  }
  return states;
}

async function compare(sources: readonly StateSource[], options: ComparisonOptions): Promise<SettledStates> {
  const states = await Promise.all(sources.map(async (source) => snapshotRecords(await source.archive(), options)));
  const [first = [], ...others] = states;
  const different = others.flatMap((state, at) => {
    const lines = stateDifferences(first, state);
    return lines.length === 0 ? [] : [`${sources[0]?.name} (-, ${first.length} records) and ${sources[at + 1]?.name} (+, ${state.length} records):`, ...lines.map(shortened)];
  });
  return {records: first.length, different};
}

function shortened(line: string): string {
  return line.length <= lineCharsMax ? line : `${line.slice(0, lineCharsMax)}…`;
}
