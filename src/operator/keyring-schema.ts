import {type Method} from '../rpc/method.ts';
import {QueryMeta, QueryOptions} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, list, map, str, uint8} from '../schema/types.ts';

/** What is done to the encryption keys of the pools; Operation is one of `list`, `install`, `use`, `remove` (rpc-raft.md §20). */
export const KeyringRequest = struct('KeyringRequest', {
  Operation: str,
  /** base64 */
  Key: str,
  Datacenter: str,
  /** A server of another datacenter asks: answer for the LAN pool only, and ask nobody else. */
  Forwarded: bool,
  RelayFactor: uint8,
  LocalOnly: bool,
  ...embed(QueryOptions),
});
export type KeyringRequest = TypeOf<typeof KeyringRequest>;

/** What the members of one pool said; the maps are by node, and by key in base64. */
export const KeyringResponse = struct('KeyringResponse', {
  WAN: bool,
  Datacenter: str,
  Segment: str,
  Partition: str.omitEmpty(),
  Messages: map(str).omitEmpty(),
  Keys: map(int),
  PrimaryKeys: map(int),
  NumNodes: int,
  Error: str.omitEmpty(),
});
export type KeyringResponse = TypeOf<typeof KeyringResponse>;

export const KeyringResponses = struct('KeyringResponses', {Responses: list(KeyringResponse), ...embed(QueryMeta)});
export type KeyringResponses = TypeOf<typeof KeyringResponses>;

/** Any server does it for its own datacenter, and asks one of each other (rpc-raft.md §9). */
export const keyringOperation: Method<KeyringRequest, KeyringResponses> = {
  name: 'Internal.KeyringOperation', kind: 'local', request: KeyringRequest, response: KeyringResponses};
