import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {dispatch} from '../../src/cli/dispatch.ts';
import recorded from './recorded-snapshot-inspect-1.21.4.json' with {type: 'json'};

let folder = '';
const archive = Buffer.from(recorded.archive, 'base64');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proconsul-inspect-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

async function inspect(flags: readonly string[], content: Uint8Array): Promise<{readonly out: string; readonly err: string; readonly code: number}> {
  const file = join(folder, 'state.snap');
  writeFileSync(file, content);
  const [out, err]: [string[], string[]] = [[], []];
  const code = await dispatch(['snapshot', 'inspect', ...flags, file], {
    stdout: (text) => out.push(Buffer.from(text).toString()),
    stderr: (text) => err.push(text),
    stdin: () => Promise.resolve(Buffer.alloc(0)),
    env: {},
  });
  return {out: out.join(''), err: err.join(''), code};
}

/** The archive with one byte of its tar changed. */
function damaged(at: number): Buffer {
  const tar = gunzipSync(archive);
  tar.writeUInt8(tar.readUInt8(at) ^ 1, at);
  return gzipSync(tar);
}

describe('snapshot inspect', () => {
  it.each(recorded.runs)('shows what 1.21.4 shows with $flags', async ({flags, out, err, code}) => {
    expect(await inspect(flags, archive)).toEqual({out, err, code});
  });

  it('says what is wrong with a file that is no snapshot, and shows nothing of it', async () => {
    const refused = (why: string): object => ({out: '', err: `Error reading snapshot: ${why}\n`, code: 1});
    expect(await inspect([], Buffer.from('no snapshot at all'))).toEqual(refused('failed to decompress snapshot: gzip: invalid header'));
    expect(await inspect([], archive.subarray(0, 800))).toEqual(refused('failed to read snapshot file: failed to read or write snapshot data: unexpected EOF'));
    const stateOffset = gunzipSync(archive).indexOf('vault/core/lock');
    expect(await inspect([], damaged(stateOffset))).toEqual(refused('failed to read snapshot file: failed checking integrity of snapshot: hash check failed for "state.bin"'));
  });
});
