import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {struct} from '../schema/struct.ts';
import {str, uint} from '../schema/types.ts';

export const IndexEntry = struct('IndexEntry', {Key: str, Value: uint}, {goType: 'state.IndexEntry'});

/** Record 16: Consul's index table, set as it stands (rpc-raft.md §17). */
export const indexRecords: SnapshotRecords = {
  types: [16],
  order: 16,
  *write(view) {
    for (const [Key, Value] of view.indexEntries()) yield {type: 16, value: IndexEntry.toMsgpack({Key, Value})};
  },
  restore(tx, _type, value) {
    const {Key, Value} = IndexEntry.fromMsgpack(value);
    tx.setIndex(Key, Value);
  },
};
