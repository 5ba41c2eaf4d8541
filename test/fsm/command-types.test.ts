import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {seededRandom} from '../../src/runtime/random.ts';
import {commands, records} from '../../src/server/state-machine.ts';
import {Applying} from './applying.ts';
import {entriesOf, readTape} from './log-tape.ts';
import {Replay} from './replay.ts';

const snapshotOnly = [14, 15, 16, 29, 32, 33];
const enterprise = 10;
const neverWritten = 34;

test('every type of the log that a 1.21.4 leader can write is known', () => {
  const known = new Set(commands.map(({type}) => type));
  const written = Array.from({length: 44}, (_, type) => type).filter((type) => ![...snapshotOnly, enterprise, neverWritten].includes(type));
  expect(written.filter((type) => !known.has(type))).toEqual([]);
});

test('every type of record that a 1.21.4 snapshot can hold is known', () => {
  const known = new Set(records.flatMap(({types}) => types));
  expect([0, 2, 3, 5, 6, 7, 9, 12, 13, 14, 15, 16, 17, 19, 22, 23, 25, 27, 30, 31, 32, 33, 35, 38, 40, 42].filter((type) => !known.has(type))).toEqual([]);
});

test('an unknown type with the ignore bit is passed over, one without it stops the server', async () => {
  const applying = new Applying();
  expect(await applying.applyBytes(Buffer.of(63 | 0x80, 0xc0))).toBeNull();
  await expect(applying.applyBytes(Buffer.of(63, 0xc0))).rejects.toThrow('log entry 2 has the unknown type 63');
});

test('a record of an unknown type fails a restore', async () => {
  const header = Buffer.from('81a94c617374496e64657801', 'hex');
  await expect(new Replay().restore(Buffer.concat([header, Buffer.of(63, 0xc0)]))).rejects.toThrow('Unrecognized msg type 63');
  await expect(new Replay().restore(Buffer.concat([header, Buffer.of(70, 0xc0)]))).rejects.toThrow('Consul Enterprise');
});

test('bodies that are damaged are errors, and nothing else', () => {
  const folder = join(import.meta.dirname, 'recorded/1.21.4');
  const random = seededRandom(1);
  const byType = new Map(commands.map((command) => [command.type, command]));
  let refused = 0;
  for (const name of readdirSync(folder)) {
    for (const {data} of readTape(join(folder, name)).steps.flatMap(entriesOf)) {
      if (data === null) continue;
      const body = Buffer.from(data.subarray(1));
      for (let flips = 1 + random.below(3); flips > 0 && body.length > 0; flips--) body[random.below(body.length)] = random.below(256);
      const cut = random.below(4) === 0 ? body.subarray(0, random.below(body.length + 1)) : body;
      try {
        byType.get((data[0] ?? 0) & 0x7f)?.decode(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(TypeError);
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(50);
});
