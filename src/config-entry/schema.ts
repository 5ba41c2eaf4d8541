import {binaryMarshalled} from '../schema/combinators.ts';
import {WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {any, map, str} from '../schema/types.ts';
import {type AnyMap} from '../wire/any-value.ts';

/**
 * A configuration entry as it is stored. Its body is kept as it came, with every number in its own width, so that what
 * another server wrote is handed on whole (rpc-raft.md §20 lists the kinds).
 */
export interface ConfigEntry {
  readonly Kind: string;
  readonly Name: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly body: AnyMap;
}

const afterKind = struct('ConfigEntryRequest', {Op: str, Datacenter: str, Entry: map(any), ...embed(WriteRequest)});
const fields = struct('ConfigEntryRequest', {Kind: str, ...embed(afterKind)});

/** Log entry and record 22: a string that holds the kind, and then the rest of the request (rpc-raft.md §4). */
export const ConfigEntryRequest = binaryMarshalled(
  fields,
  (writer, request) => {
    writer.writeString(request.Kind);
    afterKind.writeMsgpack(writer, request);
  },
  (reader) => ({Kind: reader.readString(), ...afterKind.readMsgpack(reader)}),
);
export type ConfigEntryRequest = TypeOf<typeof fields>;
