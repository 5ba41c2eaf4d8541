import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {binary} from '../schema/types.ts';
import {defineTable} from '../store/table.ts';
import {ProtobufReader} from '../wire/protobuf-reader.ts';

/** A resource as its bytes: nothing here reads more of it than who it is. */
interface Resource {
  readonly id: string;
  readonly bytes: Uint8Array;
}

const Resources = defineTable({name: 'resources', key: ({id}: Resource) => id});

const operations = {write: 1, delete: 2} as const;
const bytesType = 2;

/**
 * Type 42 of the log: resources of Consul's second API, which a plain cluster has none of. They are kept as they come, so
 * that a log or snapshot with some is no reason to stop.
 */
export const resourceCommand = command<Map<number, Buffer | number>>({
  type: 42,
  name: 'ResourceOperation',
  decode: fieldsOf,
  apply: applyResource,
});

function applyResource({tx}: ApplyContext, log: Map<number, Buffer | number>): ConsulError | null {
  switch (log.get(1)) {
    case operations.write: {
      const bytes = messageIn(messageIn(log, 2), 1);
      tx.put(Resources, {id: resourceId(bytes), bytes});
      return null;
    }
    case operations.delete:
      tx.delete(Resources, keyOfId(messageIn(messageIn(log, 3), 1)));
      return null;
    default:
      return new ConsulError('unexpected resource operation');
  }
}

/** Fields of a message by number: the last of each. @throws ProtobufError */
function fieldsOf(bytes: Uint8Array): Map<number, Buffer | number> {
  const reader = new ProtobufReader(bytes);
  const fields = new Map<number, Buffer | number>();
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    const type = tag & 7;
    if (type === bytesType) fields.set(tag >>> 3, reader.readBytes());
    else if (type === 0) fields.set(tag >>> 3, reader.readUnsigned());
    else reader.skip(type);
  }
  return fields;
}

function messageIn(message: Map<number, Buffer | number> | Buffer, field: number): Buffer {
  const value = (message instanceof Map ? message : fieldsOf(message)).get(field);
  return value instanceof Buffer ? value : Buffer.alloc(0);
}

function resourceId(resource: Buffer): string {
  return keyOfId(messageIn(resource, 1));
}

/** Name, type and tenancy; its uid, the first field, changes when it is made anew. */
function keyOfId(id: Buffer): string {
  const fields = fieldsOf(id);
  return [2, 3, 4].map((field) => messageIn(fields, field).toString('hex')).join('/');
}

/** Record 42 (rpc-raft.md §17). */
export const resourceRecords: SnapshotRecords = {
  types: [42],
  order: 18,
  *write(view) {
    for (const {bytes} of view.all(Resources)) yield {type: 42, value: binary.toMsgpack(bytes)};
  },
  restore: (tx, _type, value) => {
    const bytes = Buffer.from(binary.fromMsgpack(value) ?? new Uint8Array());
    tx.put(Resources, {id: resourceId(bytes), bytes});
  },
};
