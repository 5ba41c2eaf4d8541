import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {dispatch} from '../../src/cli/dispatch.ts';
import recorded from './recorded-snapshot-decode-1.21.4.json' with {type: 'json'};

interface Line {
  readonly Type: string;
  readonly Data: Readonly<Record<string, unknown>>;
}

let folder = '';
const archive = Buffer.from(recorded.archive, 'base64');
const recordedLines = gunzipSync(Buffer.from(recorded.decoded, 'base64')).toString().split('\n').slice(0, -1);
/** Records of these types hold the thing itself; 1.21.4 takes them for the request, and shows an empty one. */
const emptyThere = new Set(['KVS', 'Session', 'Tombstone', 'PreparedQuery', 'Autopilot', 'ConnectCA']);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proconsul-decode-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

async function decode(content: Uint8Array): Promise<{readonly lines: readonly string[]; readonly err: string; readonly code: number}> {
  const file = join(folder, 'state.snap');
  writeFileSync(file, content);
  const [out, err]: [string[], string[]] = [[], []];
  const code = await dispatch(['snapshot', 'decode', file], {
    stdout: (text) => out.push(Buffer.from(text).toString()),
    stderr: (text) => err.push(text),
    stdin: () => Promise.resolve(Buffer.alloc(0)),
    env: {},
  });
  return {lines: out.join('').split('\n').slice(0, -1), err: err.join(''), code};
}

function read(line: string): Line {
  return JSON.parse(line) as Line;
}

describe('snapshot decode', () => {
  it('prints the lines of 1.21.4, one for each record', async () => {
    const {lines, err, code} = await decode(archive);
    expect([err, code]).toEqual(['', 0]);
    expect(lines.map((line) => read(line).Type)).toEqual(recordedLines.map((line) => read(line).Type));
    for (const [i, line] of lines.entries()) {
      if (!emptyThere.has(read(line).Type)) expect(line).toBe(recordedLines[i]);
    }
  });

  it('shows what is in records of which 1.21.4 shows the form alone', async () => {
    const {lines} = await decode(archive);
    const shown = (type: string): Line['Data'] | undefined => lines.map(read).find(({Type}) => Type === type)?.Data;
    const there = new Map(recordedLines.map(read).map(({Type, Data}) => [Type, Data]));
    for (const type of emptyThere) expect(Object.keys(shown(type) ?? {})).toEqual(expect.arrayContaining(Object.keys(there.get(type) ?? {})));
    expect(shown('KVS')).toMatchObject({DirEnt: {Key: 'a/b', Value: 'dg=='}});
    expect(shown('Session')).toMatchObject({Session: {Name: 's', Node: 'n1'}});
    expect(shown('Tombstone')).toMatchObject({ReapIndex: 25, DirEnt: {Key: 'gone'}});
    expect(shown('PreparedQuery')).toMatchObject({Query: {Name: 'q'}});
    expect(shown('Autopilot')).toMatchObject({Config: {LastContactThreshold: 200_000_000}});
    expect(shown('ConnectCA')).toMatchObject({Roots: [{Active: true}]});
  });

  it('shows nothing of a file that is not whole', async () => {
    expect(await decode(Buffer.from('no snapshot at all'))).toEqual({lines: [], err: 'Error reading snapshot: failed to decompress snapshot: gzip: invalid header\n', code: 1});
    const cut = await decode(archive.subarray(0, archive.length - 200));
    expect([cut.lines, cut.code]).toEqual([[], 1]);
    expect(cut.err).toMatch(/^Error reading snapshot: failed to read snapshot file: /);
  });
});
