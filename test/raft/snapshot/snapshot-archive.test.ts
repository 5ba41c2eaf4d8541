import {createHash, randomBytes} from 'node:crypto';
import {Readable} from 'node:stream';
import {gunzipSync, gzipSync} from 'node:zlib';
import fc from 'fast-check';
import {pack} from 'tar-stream';
import {describe, expect, it} from 'vitest';
import {ArchiveError, verifyArchive} from '../../../src/raft/snapshot/snapshot-archive-reader.ts';
import {snapshotArchive} from '../../../src/raft/snapshot/snapshot-archive-writer.ts';
import {type SnapshotMeta} from '../../../src/raft/snapshot/snapshot-store.ts';
import {soleConfiguration} from '../driver/single-server.ts';

const inWords = (what: string): string => `failed to read snapshot file: ${what}`;

async function archived(state: Buffer): Promise<Buffer> {
  const meta: SnapshotMeta = {id: '2-28-1795244972686', index: 28, term: 2, configuration: soleConfiguration, configurationIndex: 1, sizeBytes: state.length};
  return await whole(snapshotArchive(meta, Readable.from([state], {objectMode: false})));
}

async function whole(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** An archive of any files. */
async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({name}, text);
  tar.finalize();
  return gzipSync(await whole(Readable.from(tar, {objectMode: false})));
}

function sumLine(name: string, text: string): string {
  return `${createHash('sha256').update(text).digest('hex')}  ${name}\n`;
}

/** What is wrong with an archive, or undefined. Other errors than ArchiveError fail the test. */
async function faultOf(archive: Uint8Array): Promise<string | undefined> {
  try {
    await verifyArchive(archive);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ArchiveError);
    return (error as ArchiveError).message;
  }
}

describe('an archive of a snapshot', () => {
  it('gives back the state it was made of, and what stands beside it', async () => {
    for (const size of [0, 1, 511, 512, 513, 300_000]) {
      const state = randomBytes(size);
      const pieces: Buffer[] = [];
      const meta = await verifyArchive(await archived(state), (piece) => void pieces.push(piece));
      const Configuration = {Servers: [{Suffrage: 0, ID: 'n1', Address: '127.0.0.1:8300'}]};
      const Peers = '\x91\xae127.0.0.1:8300'; // a list of one text, in msgpack
      expect(meta).toEqual({Version: 1, ID: '2-28-1795244972686', Index: 28, Term: 2, Size: size, Configuration, ConfigurationIndex: 1, Peers});
      expect(Buffer.concat(pieces).equals(state)).toBe(true);
    }
  });

  it('holds three plain files and ends with two blocks of zeros, as a real server demands', async () => {
    const tar = gunzipSync(await archived(Buffer.from('state')));
    const names = [0, 1024, 2048].map((at) => tar.subarray(at, at + 10).toString().replace(/\0.*/s, ''));
    expect([names, tar.length]).toEqual([['meta.json', 'state.bin', 'SHA256SUMS'], 3 * 1024 + 1024]);
    expect(tar.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });

  it('ends with an error where the state cannot be read', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('half'));
      throw new Error('disk is gone');
    }
    const meta: SnapshotMeta = {id: 'x', index: 1, term: 1, configuration: soleConfiguration, configurationIndex: 1, sizeBytes: 100};
    await expect(whole(snapshotArchive(meta, broken()))).rejects.toThrow();
  });
});

describe('an archive that is none', () => {
  const meta = '{"Version":1,"ID":"1-1-1","Index":1,"Term":1,"Size":1}';
  const sums = sumLine('meta.json', meta) + sumLine('state.bin', 's');
  const good = {'meta.json': meta, 'state.bin': 's', 'SHA256SUMS': sums};

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['a file too many', {...good, x: '1'}, inWords('unexpected file "x" in snapshot')],
    ['no sums', {'meta.json': meta, 'state.bin': 's'}, inWords('failed checking integrity of snapshot: file missing for "meta.json"')],
    ['no metadata', {'state.bin': 's', 'SHA256SUMS': sums}, inWords('failed checking integrity of snapshot: hash check failed for "meta.json"')],
    ['no state', {'meta.json': meta, 'SHA256SUMS': sums}, inWords('failed checking integrity of snapshot: hash check failed for "state.bin"')],
    ['another state', {...good, 'state.bin': 't'}, inWords('failed checking integrity of snapshot: hash check failed for "state.bin"')],
    ['a sum too few', {...good, 'SHA256SUMS': sumLine('meta.json', meta)}, inWords('failed checking integrity of snapshot: file missing for "state.bin"')],
    [
      'metadata that is no JSON',
      {'meta.json': '{x', 'state.bin': 's', 'SHA256SUMS': sumLine('meta.json', '{x') + sumLine('state.bin', 's')},
      inWords("failed to decode snapshot metadata: invalid character 'x' looking for beginning of object key string"),
    ],
  ])('is refused in the words of 1.21.4: %s', async (_what, files, text) => {
    expect(await faultOf(await archiveOf(files))).toBe(text);
  });

  it('is refused for what follows the tar', async () => {
    const tar = gunzipSync(await archiveOf(good));
    expect(await faultOf(gzipSync(Buffer.concat([tar, Buffer.alloc(4096)])))).toBe('4096 unread uncompressed bytes remain');
  });

  it('is refused when it is no gzip, and no tar', async () => {
    expect(await faultOf(Buffer.alloc(0))).toBe('failed to decompress snapshot: EOF');
    expect(await faultOf(Buffer.from('hello'))).toBe('failed to decompress snapshot: unexpected EOF');
    expect(await faultOf(Buffer.from('hello, this is no snapshot'))).toBe('failed to decompress snapshot: gzip: invalid header');
    expect(await faultOf(gzipSync('hello'.repeat(400)))).toBe(inWords('failed reading snapshot: archive/tar: invalid tar header'));
  });

  it('is refused wherever it is cut', async () => {
    const archive = await archived(randomBytes(3000));
    for (let end = 0; end < archive.length; end += 97) expect(await faultOf(archive.subarray(0, end))).toMatch(/EOF$/);
  });

  it('is refused whichever byte of the tar is changed, or is still the same snapshot', async () => {
    const tar = gunzipSync(await archived(randomBytes(700)));
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.integer({min: 1, max: 255}), async (at, bits) => {
        const damaged = Buffer.from(tar);
        damaged[at] = (damaged[at] ?? 0) ^ bits;
        const pieces: Buffer[] = [];
        try {
          await verifyArchive(gzipSync(damaged), (piece) => void pieces.push(piece));
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError);
          return;
        }
        expect(Buffer.concat(pieces).equals(tar.subarray(1536, 2236))).toBe(true);
      }),
      {numRuns: 300},
    );
  });

  it('is refused, whatever bytes it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({maxLength: 2000}), fc.boolean(), async (bytes, isGzip) => {
        expect(await faultOf(isGzip ? gzipSync(bytes) : bytes)).toBeTypeOf('string');
      }),
      {numRuns: 200},
    );
  });
});
