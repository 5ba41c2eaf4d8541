import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {ConsulError} from '../consul-error.ts';
import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {nullable, str} from '../schema/types.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';

/** What the servers of a datacenter agreed on about themselves, such as `virtual-ips`: `true` (rpc-raft.md §16). */
export const SystemMetadataEntry = struct('SystemMetadataEntry', {Key: str, Value: str, ...embed(RaftIndex)});
export type SystemMetadataEntry = TypeOf<typeof SystemMetadataEntry>;

export const SystemMetadataRequest = struct('SystemMetadataRequest', {
  Datacenter: str,
  Op: str,
  Entry: nullable(SystemMetadataEntry),
  ...embed(WriteRequest),
});
export type SystemMetadataRequest = TypeOf<typeof SystemMetadataRequest>;

export const SystemMetadata = defineTable({name: 'system-metadata', key: (entry: SystemMetadataEntry) => entry.Key});

/** Undefined when nothing was agreed under that key. */
export function systemMetadata(reader: Reader, key: string): string | undefined {
  return reader.get(SystemMetadata, key)?.Value;
}

/** Sets one value; also done by other commands that change what the servers agree on. */
export function setSystemMetadata({tx, index}: ApplyContext, Key: string, Value: string): void {
  tx.put(SystemMetadata, {Key, Value, CreateIndex: tx.get(SystemMetadata, Key)?.CreateIndex ?? index, ModifyIndex: index});
  tx.setIndex('system-metadata', index);
}

/** Type 31 of the log. */
export const systemMetadataCommand = command<SystemMetadataRequest>({
  type: 31,
  name: 'SystemMetadata',
  decode: (body) => SystemMetadataRequest.fromMsgpack(body),
  apply: (context, {Op, Entry}) => {
    const {Key, Value} = Entry ?? SystemMetadataEntry.zero();
    switch (Op) {
      case 'upsert':
        setSystemMetadata(context, Key, Value);
        return true;
      case 'delete':
        if (context.tx.delete(SystemMetadata, Key) !== undefined) context.tx.setIndex('system-metadata', context.index);
        return null;
      default:
        return new ConsulError(`invalid system metadata operation type: ${Op}`);
    }
  },
});

export const systemMetadataRecords: SnapshotRecords = {
  types: [31],
  order: 15,
  *write(view) {
    for (const entry of view.all(SystemMetadata)) yield {type: 31, value: SystemMetadataEntry.toMsgpack(entry)};
  },
  restore: (tx, _type, value) => tx.put(SystemMetadata, SystemMetadataEntry.fromMsgpack(value)),
};
