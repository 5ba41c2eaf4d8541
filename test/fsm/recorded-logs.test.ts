import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {bytesOf, readTape} from './log-tape.ts';
import {replay} from './replay.ts';

const folder = join(import.meta.dirname, 'recorded/1.21.4');

describe.each(readdirSync(folder).map((name) => [name.replace('.json.br', ''), join(folder, name)] as const))('the log of a real leader: %s', (_name, path) => {
  const tape = readTape(path);

  test('leads to the state that it led the leader to, record by record, after each request', async () => {
    expect(await replay(bytesOf(tape.start), tape.steps)).toBeUndefined();
  });

  test('goes on from its snapshot, which is written back as it was read', async () => {
    const {steps, state} = tape.fullest;
    expect(await replay(bytesOf(state), tape.steps.slice(steps), withoutCapitals)).toBeUndefined();
  });
});

/** Names in the index table have the capitals of their last writer, who is not known any more once a state was restored. */
function withoutCapitals(line: string): string {
  return line.startsWith('16 ') ? line.toLowerCase() : line;
}
