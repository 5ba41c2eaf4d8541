import {type ByteString} from '../wire/byte-string.ts';
import {QueryMeta, QueryOptions, RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {byteStr, bytes, list, str, uint, uint64} from '../schema/types.ts';

/** One KV entry (rpc-raft.md §20), as it is stored, sent, logged and snapshotted. */
export const DirEntry = struct('DirEntry', {
  LockIndex: uint,
  Key: byteStr,
  Flags: uint64,
  Value: bytes,
  Session: str.omitEmpty(),
  ...embed(RaftIndex),
});
export type DirEntry = TypeOf<typeof DirEntry>;

export const KvsRequest = struct('KVSRequest', {
  Datacenter: str,
  Op: str,
  DirEnt: DirEntry,
  ...embed(WriteRequest),
});
export type KvsRequest = TypeOf<typeof KvsRequest>;

export const KeyRequest = struct('KeyRequest', {
  Datacenter: str,
  Key: byteStr,
  ...embed(QueryOptions),
});
export type KeyRequest = TypeOf<typeof KeyRequest>;

export const KeyListRequest = struct('KeyListRequest', {
  Datacenter: str,
  Prefix: byteStr,
  Seperator: byteStr,
  ...embed(QueryOptions),
});
export type KeyListRequest = TypeOf<typeof KeyListRequest>;

export const IndexedDirEntries = struct('IndexedDirEntries', {
  Entries: list(DirEntry),
  ...embed(QueryMeta),
});
export type IndexedDirEntries = TypeOf<typeof IndexedDirEntries>;

export const IndexedKeyList = struct('IndexedKeyList', {
  Keys: list(byteStr),
  ...embed(QueryMeta),
});
export type IndexedKeyList = TypeOf<typeof IndexedKeyList>;

export const TombstoneRequest = struct('TombstoneRequest', {
  Datacenter: str,
  Op: str,
  ReapIndex: uint,
  ...embed(WriteRequest),
});
export type TombstoneRequest = TypeOf<typeof TombstoneRequest>;

/** Where a key or a prefix was deleted, kept so that the index of a list cannot go backwards (http-core.md §21.4). */
export interface Tombstone {
  readonly Key: ByteString;
  readonly ModifyIndex: number;
}
