import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {type ProtoMessage} from '../schema/protobuf.ts';
import {binary} from '../schema/types.ts';
import {type Table} from '../store/table.ts';
import {peeringMessage, secretsMessage, trustBundleMessage} from './schema.ts';
import {Peerings, PeeringSecretsTable, PeeringTrustBundles} from './state.ts';

function recordsOf<Row extends object, I extends string>(type: number, table: Table<Row, I>, message: ProtoMessage<Row>, order: number): SnapshotRecords {
  return {
    types: [type],
    order,
    *write(view) {
      for (const row of view.all(table)) yield {type, value: binary.toMsgpack(message.encode(row))};
    },
    restore: (tx, _type, value) => tx.put(table, message.decode(binary.fromMsgpack(value) ?? new Uint8Array())),
  };
}

/** Records 35, 38 and 40: strings of protobuf (rpc-raft.md §17). */
export const peeringRecords: readonly SnapshotRecords[] = [
  recordsOf(35, Peerings, peeringMessage, 17.1),
  recordsOf(38, PeeringTrustBundles, trustBundleMessage, 17.2),
  recordsOf(40, PeeringSecretsTable, secretsMessage, 17.3),
];
