import {type Configuration, type RaftServer, type Suffrage} from '../configuration.ts';
import {RaftError} from '../raft-error.ts';
import {type SnapshotMeta} from './snapshot-store.ts';

/** A snapshot's meta.json (sheet rpc-raft §17, §18): Consul's fields, and the CRC-32 of state.bin. */
export interface SnapshotMetaFile {
  readonly meta: SnapshotMeta;
  readonly stateCrc32: number;
}

export function encodeSnapshotMeta({meta, stateCrc32}: SnapshotMetaFile): string {
  const servers = meta.configuration.servers.map((s) => ({Suffrage: s.suffrage, ID: s.id, Address: s.address}));
  const body = {
    Version: 1,
    ID: meta.id,
    Index: meta.index,
    Term: meta.term,
    Configuration: {Servers: servers},
    ConfigurationIndex: meta.configurationIndex,
    Size: meta.sizeBytes,
    CRC32: stateCrc32,
  };
  return `${JSON.stringify(body)}\n`;
}

/** @throws RaftError 'corrupt' */
export function decodeSnapshotMeta(text: string): SnapshotMetaFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new RaftError('corrupt', 'meta.json is not JSON', {cause: error});
  }
  const body = record(parsed, 'meta.json');
  if (body.Version !== 1) throw new RaftError('corrupt', 'meta.json has an unknown version');
  if (typeof body.ID !== 'string') throw new RaftError('corrupt', 'meta.json has no ID');
  const meta: SnapshotMeta = {
    id: body.ID,
    index: whole(body.Index, 'Index'),
    term: whole(body.Term, 'Term'),
    configuration: configuration(body.Configuration),
    configurationIndex: whole(body.ConfigurationIndex, 'ConfigurationIndex'),
    sizeBytes: whole(body.Size, 'Size'),
  };
  return {meta, stateCrc32: whole(body.CRC32, 'CRC32')};
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RaftError('corrupt', `${what} is no object`);
  return value as Record<string, unknown>;
}

function whole(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new RaftError('corrupt', `meta.json has no usable ${what}`);
  return value;
}

function configuration(value: unknown): Configuration {
  const {Servers: list} = record(value, 'Configuration');
  if (!Array.isArray(list)) throw new RaftError('corrupt', 'meta.json has no servers');
  const servers = list.map((item: unknown): RaftServer => {
    const {ID: id, Address: address, Suffrage: vote} = record(item, 'a server');
    if (typeof id !== 'string' || typeof address !== 'string' || (vote !== 0 && vote !== 1 && vote !== 2)) {
      throw new RaftError('corrupt', 'meta.json has an unusable server');
    }
    return {id, address, suffrage: vote satisfies Suffrage};
  });
  return {servers};
}
