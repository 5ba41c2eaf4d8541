import {createReadStream} from 'node:fs';
import {type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {crc32} from 'node:zlib';

import {syncFolder} from '../../runtime/sync-folder.ts';
import {snapshotMetaBytesMax, snapshotsRetained} from '../limits.ts';
import {RaftError} from '../raft-error.ts';
import {decodeSnapshotMeta, encodeSnapshotMeta, type SnapshotMetaFile} from './snapshot-meta-file.ts';
import {type DamagedSnapshot, type SnapshotHead, type SnapshotMeta, type SnapshotStore, type SnapshotWriter} from './snapshot-store.ts';

const unfinished = '.tmp';
const metaName = 'meta.json';
const stateName = 'state.bin';

/** Snapshots as folders `<term>-<index>-<ms>/{meta.json,state.bin}`; a folder without `.tmp` is complete and durable. */
export class DirectorySnapshotStore implements SnapshotStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(): Promise<void> {
    await mkdir(this.#directory, {recursive: true, mode: 0o700});
    for (const name of await readdir(this.#directory)) {
      if (name.endsWith(unfinished)) await rm(join(this.#directory, name), {recursive: true, force: true});
    }
  }

  async list(): Promise<{snapshots: SnapshotMeta[]; damaged: DamagedSnapshot[]}> {
    const snapshots: SnapshotMeta[] = [];
    const damaged: DamagedSnapshot[] = [];
    for (const name of await readdir(this.#directory)) {
      if (name.endsWith(unfinished)) continue;
      try {
        snapshots.push((await this.#metaOf(name)).meta);
      } catch (error) {
        damaged.push({id: name, why: error instanceof Error ? error.message : String(error)});
      }
    }
    snapshots.sort((a, b) => b.term - a.term || b.index - a.index || (a.id < b.id ? 1 : -1));
    return {snapshots, damaged};
  }

  async #metaOf(name: string): Promise<SnapshotMetaFile> {
    const folder = join(this.#directory, name);
    const {size} = await stat(join(folder, metaName));
    if (size > snapshotMetaBytesMax) throw new RaftError('corrupt', `meta.json has ${size} bytes`);
    const file = decodeSnapshotMeta(await readFile(join(folder, metaName), 'utf8'));
    if (file.meta.id !== name) throw new RaftError('corrupt', `meta.json is of snapshot "${file.meta.id}"`);
    const state = await stat(join(folder, stateName));
    if (state.size !== file.meta.sizeBytes) {
      throw new RaftError('corrupt', `state.bin has ${state.size} bytes, meta.json says ${file.meta.sizeBytes}`);
    }
    return file;
  }

  async remove(meta: SnapshotMeta): Promise<void> {
    await rm(join(this.#directory, meta.id), {recursive: true, force: true});
    await syncFolder(this.#directory);
  }

  async create(head: SnapshotHead, wallMs: number): Promise<SnapshotWriter> {
    const id = `${head.term}-${head.index}-${Math.floor(wallMs)}`;
    const folder = join(this.#directory, id + unfinished);
    await rm(folder, {recursive: true, force: true});
    await mkdir(folder, {mode: 0o700});
    const file = await open(join(folder, stateName), 'wx', 0o600);
    return new DirectorySnapshotWriter(this.#directory, id, head, file, () => this.#retain());
  }

  async *read(meta: SnapshotMeta): AsyncIterable<Buffer> {
    const {stateCrc32} = await this.#metaOf(meta.id);
    let crc = 0;
    let bytes = 0;
    for await (const chunk of readState(join(this.#directory, meta.id, stateName))) {
      crc = crc32(chunk, crc);
      bytes += chunk.length;
      if (bytes === meta.sizeBytes && crc !== stateCrc32) break;
      yield chunk;
    }
    if (crc !== stateCrc32 || bytes !== meta.sizeBytes) {
      throw new RaftError('corrupt', `snapshot ${meta.id} is damaged: state.bin fails its checksum`);
    }
  }

  async #retain(): Promise<void> {
    const {snapshots} = await this.list();
    for (const meta of snapshots.slice(snapshotsRetained)) {
      await rm(join(this.#directory, meta.id), {recursive: true, force: true});
    }
  }
}

function readState(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, {highWaterMark: 256 * 1024});
}

class DirectorySnapshotWriter implements SnapshotWriter {
  readonly #directory: string;
  readonly #id: string;
  readonly #head: SnapshotHead;
  readonly #file: FileHandle;
  readonly #retain: () => Promise<void>;
  #crc = 0;
  #bytes = 0;
  #finished: SnapshotMeta | undefined;

  constructor(directory: string, id: string, head: SnapshotHead, file: FileHandle, retain: () => Promise<void>) {
    this.#directory = directory;
    this.#id = id;
    this.#head = head;
    this.#file = file;
    this.#retain = retain;
  }

  get #folder(): string {
    return join(this.#directory, this.#id + unfinished);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#crc = crc32(bytes, this.#crc);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten;
  }

  async finish(): Promise<SnapshotMeta> {
    if (this.#finished !== undefined) return this.#finished;
    await this.#file.sync();
    await this.#file.close();
    const {index, term, configuration, configurationIndex} = this.#head;
    const meta: SnapshotMeta = {id: this.#id, index, term, configuration, configurationIndex, sizeBytes: this.#bytes};
    const metaFile = await open(join(this.#folder, metaName), 'wx', 0o600);
    try {
      await metaFile.writeFile(encodeSnapshotMeta({meta, stateCrc32: this.#crc}));
      await metaFile.sync();
    } finally {
      await metaFile.close();
    }
    await syncFolder(this.#folder);
    this.#finished = meta;
    return meta;
  }

  read(): AsyncIterable<Buffer> {
    return readState(join(this.#folder, stateName));
  }

  async commit(): Promise<SnapshotMeta> {
    const meta = await this.finish();
    await rename(this.#folder, join(this.#directory, this.#id));
    await syncFolder(this.#directory);
    await this.#retain();
    return meta;
  }

  async abort(): Promise<void> {
    if (this.#finished === undefined) await this.#file.close();
    await rm(this.#folder, {recursive: true, force: true});
  }
}
