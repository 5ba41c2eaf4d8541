import {createHash} from 'node:crypto';
import {PassThrough, type Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';
import {pack, type Pack} from 'tar-stream';
import {MsgpackWriter} from '../../wire/msgpack-writer.ts';
import {suffrage} from '../configuration.ts';
import {type SnapshotMeta} from './snapshot-store.ts';

const fileMode = 0o600;

/**
 * A snapshot as Consul's archive: gzip of a tar with meta.json, state.bin and their sums, made as it is read
 * (rpc-raft.md §17). An error while reading the state destroys the stream.
 */
export function snapshotArchive(meta: SnapshotMeta, state: AsyncIterable<Buffer>): Readable {
  const tar = pack();
  const out = new PassThrough();
  pipeline(tar, createGzip(), out).catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))));
  fill(tar, meta, state).catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  return out;
}

async function fill(tar: Pack, meta: SnapshotMeta, state: AsyncIterable<Buffer>): Promise<void> {
  const metaJson = Buffer.from(`${metaText(meta)}\n`);
  tar.entry({name: 'meta.json', mode: fileMode}, metaJson);
  const hash = createHash('sha256');
  const entry = tar.entry({name: 'state.bin', mode: fileMode, size: meta.sizeBytes});
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const piece of state) {
      hash.update(piece);
      yield piece;
    }
  }
  await pipeline(hashed(), entry);
  const sums = `${createHash('sha256').update(metaJson).digest('hex')}  meta.json\n${hash.digest('hex')}  state.bin\n`;
  tar.entry({name: 'SHA256SUMS', mode: fileMode}, sums);
  // Ends with two blocks of zeros and no more: what pads to a tape's record is refused.
  tar.finalize();
}

function metaText({id, index, term, configuration, configurationIndex, sizeBytes}: SnapshotMeta): string {
  const voters = configuration.servers.filter((server) => server.suffrage === suffrage.voter);
  return JSON.stringify({
    Version: 1,
    ID: id,
    Index: index,
    Term: term,
    Peers: peersOf(voters.map(({address}) => address)).toString('base64'),
    Configuration: {Servers: configuration.servers.map((server) => ({Suffrage: server.suffrage, ID: server.id, Address: server.address}))},
    ConfigurationIndex: configurationIndex,
    Size: sizeBytes,
  });
}

/** Addresses of the voters, as Raft before version 3 had them. */
function peersOf(addresses: readonly string[]): Buffer {
  const writer = new MsgpackWriter();
  writer.writeArrayHeader(addresses.length);
  for (const address of addresses) writer.writeString(address);
  return writer.toBuffer();
}
